import { expect, test } from 'vitest';
import { clearMovements, differenceOf } from './movements';
import type { Movement } from './queries/generated';

const moved = (metric: string, pValue: number | null, slopePerWeek = 1, polarity: Movement['polarity'] = 'LOWER_IS_BETTER'): Movement => ({
  metric, key: null, unit: 'COUNT', polarity, verdict: { pValue, slopePerWeek, observations: 9, observed: 'RUN' },
});

test('p-values are adjusted for all movements looked at', () => {
  const found = clearMovements([moved('A', 0.9), moved('B', 0.01), moved('C', 0.02), moved('D', null)]);
  expect(found.map(({ metric, adjustedPValue }) => [metric, Number(adjustedPValue.toFixed(4))])).toEqual([['B', 0.03], ['C', 0.03]]);
  expect(clearMovements(Array.from({ length: 20 }, (_, i) => moved(`M${i}`, 0.02 + i / 25)))).toEqual([]);
});

test('which way is worse depends on the metric', () => {
  const worse = (slope: number, polarity: Movement['polarity']) => clearMovements([moved('A', 0.001, slope, polarity)]).map((each) => each.worse);
  expect(worse(1, 'LOWER_IS_BETTER')).toEqual([true]);
  expect(worse(1, 'HIGHER_IS_BETTER')).toEqual([false]);
  expect(worse(-1, 'HIGHER_IS_BETTER')).toEqual([true]);
  expect(worse(-1, 'UNKNOWN')).toEqual([false]);
  expect(worse(0, 'LOWER_IS_BETTER')).toEqual([]);
});

test('the interval of a difference is made of those of both values', () => {
  // By hand: 0.2 - hypot(0.03, 0.04) and 0.2 + hypot(0.05, 0.12).
  const { low, high } = differenceOf(0.7, { low: 0.67, high: 0.75 }, 0.5, { low: 0.38, high: 0.54 });
  expect(low).toBeCloseTo(0.15, 10);
  expect(high).toBeCloseTo(0.33, 10);
});
