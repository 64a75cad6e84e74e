import { expect, test } from 'vitest';
import { isUnusual, usualOf } from './usual';

test('what is usual is the median, and the range of nine in ten', () => {
  expect(usualOf(Array.from({ length: 21 }, (_, i) => i))).toEqual({ runs: 21, median: 10, low: 1, high: 19 });
  expect(usualOf([1, 2, 3])).toBeNull();
});

test('a value is unusual if it lies far beyond how the others scatter', () => {
  // Median 10, median distance 3, so one of 1.4826 * 3 * 3.5 = 15.57 is the limit.
  const others = [5, 6, 7, 8, 9, 11, 12, 13, 14, 15];
  expect(isUnusual(25.5, others)).toBe(false);
  expect(isUnusual(25.6, others)).toBe(true);
  expect(isUnusual(-5.6, others)).toBe(true);
});

test('where the others are alike, what differs much is unusual', () => {
  expect(isUnusual(1, Array(9).fill(0))).toBe(true);
  expect(isUnusual(0, Array(9).fill(0))).toBe(false);
  expect(isUnusual(1, [...Array(12).fill(0), 1, 1, 1])).toBe(false);
  expect(isUnusual(30, [...Array(12).fill(0), 1, 1, 1])).toBe(true);
  expect(isUnusual(30, [0, 0, 0])).toBe(false);
});
