import { expect, test } from 'vitest';
import { pairedDifference, studentQuantile, type Part } from './pairs';

test('Student’s quantiles are those of the tables', () => {
  expect(studentQuantile(0.975, 7)).toBeCloseTo(2.365, 2);
  expect(studentQuantile(0.975, 30)).toBeCloseTo(2.042, 2);
  expect(studentQuantile(0.995, 20)).toBeCloseTo(2.845, 2);
});

test('what runs do to both of them cancels out', () => {
  // Runs vary from 1 to 9 of 10; the one is always one better.
  const parts: Part[] = Array.from({ length: 9 }, (_, i) => ({ one: { x: i + 1, m: 10 }, other: { x: i, m: 10 } }));
  expect(pairedDifference(parts, 0.95)).toEqual({ runs: 9, one: 0.5, other: 0.4, difference: expect.closeTo(0.1), low: expect.closeTo(0.1), high: expect.closeTo(0.1) });
});

test('what differs from run to run widens the interval', () => {
  // Differences of .2 and 0 by turns: mean .1, standard deviation .1069, so the standard error over 8 is .0378, and t with 7 degrees 2.365.
  const parts: Part[] = Array.from({ length: 8 }, (_, i) => ({ one: { x: i % 2 ? 7 : 5, m: 10 }, other: { x: 5, m: 10 } }));
  const { low, high } = pairedDifference(parts, 0.95)!;
  expect(low).toBeCloseTo(0.1 - 0.0894, 3);
  expect(high).toBeCloseTo(0.1 + 0.0894, 3);
});

test('a few runs say nothing, nor do ratios of nothing', () => {
  const part: Part = { one: { x: 1, m: 2 }, other: { x: 1, m: 2 } };
  expect(pairedDifference(Array(7).fill(part), 0.95)).toBeNull();
  expect(pairedDifference(Array(9).fill({ ...part, other: { x: 0, m: 0 } }), 0.95)).toBeNull();
});
