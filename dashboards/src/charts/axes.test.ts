import { expect, test } from 'vitest';
import { areTelling, partsOf, rangeOf } from './axes';

test('an axis reaches half as far beyond the values, and never beyond what is possible', () => {
  expect(rangeOf([0.7, 0.8], 'SHARE')).toEqual({ min: 0.65, max: 0.85, interval: 0.05 });
  expect(rangeOf([0.94, 0.99], 'SHARE')).toEqual({ min: 0.85, max: 1, interval: 0.05 });
  expect(rangeOf([0, 0.02], 'SHARE')!.min).toBe(0);
  expect(rangeOf([1.2], 'SHARE')!.max).toBeGreaterThan(1.2);
  expect(rangeOf([5, 5], 'USD')).toEqual({ min: 4.5, max: 5.5, interval: 0.25 });
  expect(rangeOf([0], 'COUNT')).toEqual({ min: 0, max: 1, interval: 0.5 });
  expect(rangeOf([0.45, 0.75], 'SHARE')).toEqual({ min: 0.2, max: 1, interval: 0.2 });
  expect(rangeOf([], 'USD')).toBeUndefined();
});

test('first and last buckets are in part where the period begins or ends within them', () => {
  const day = (startsAt: string, endsAt: string) => ({ startsAt, endsAt });
  expect(
    partsOf([
      day('2026-03-27T10:00:00Z', '2026-03-27T23:00:00Z'),
      day('2026-03-27T23:00:00Z', '2026-03-28T23:00:00Z'),
      // The clock changes: 23 hours are all of that day.
      day('2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'),
      day('2026-03-29T22:00:00Z', '2026-03-30T09:00:00Z'),
    ]),
  ).toEqual([true, false, false, true]);
  expect(partsOf([day('2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'), day('2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z')])).toEqual([false, false]);
});

test('intervals from nothing to everything are not drawn', () => {
  const axis = { min: 0, max: 1 };
  expect(areTelling([{ low: 0, high: 1 }, { low: 0.1, high: 0.9 }, { low: 0.4, high: 0.5 }], axis)).toBe(false);
  expect(areTelling([{ low: 0.3, high: 0.5 }, null, { low: 0.4, high: 0.5 }], axis)).toBe(true);
  expect(areTelling([null], axis)).toBe(false);
});
