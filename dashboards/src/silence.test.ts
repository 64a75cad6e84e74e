import { expect, test } from 'vitest';
import { silenceOf } from './silence';

/** Hours of a fortnight, with runs at those for which it holds. */
const hours = (hasRun: (hour: number, day: number) => boolean, days = 14) =>
  Array.from({ length: days * 24 }, (_, i) => ({ startsAt: new Date(Date.UTC(2026, 10, 2) + i * 3_600_000).toISOString(), runs: hasRun(i % 24, Math.floor(i / 24)) ? 1 : 0 }));

test('a schedule is silent once it has paused much longer than ever before', () => {
  const daily = hours((hour) => hour === 3);
  expect(silenceOf(daily, new Date('2026-11-16T15:00:00Z'))).toBeNull();
  expect(silenceOf(daily, new Date('2026-11-16T17:00:00Z'))).toEqual({ seconds: 38 * 3600, longestBefore: 24 * 3600 });
  expect(silenceOf(daily, new Date('2026-11-16T17:00:00Z'), '2026-11-16T03:00:00Z')).toBeNull();
});

test('weekends without runs are no silence for who knows of one', () => {
  // 2 November 2026 is a Monday, and the fortnight ends on a Sunday.
  const weekdays = hours((hour, day) => hour % 8 === 0 && day % 7 < 5);
  expect(silenceOf(weekdays, new Date('2026-11-15T23:00:00Z'))).toBeNull();
  expect(silenceOf(weekdays, new Date('2026-11-17T20:00:00Z'))).toMatchObject({ longestBefore: 56 * 3600 });
});

test('what ran a few times only has no schedule', () => {
  expect(silenceOf(hours((hour, day) => hour === 3 && day < 8), new Date('2026-12-24T00:00:00Z'))).toBeNull();
});
