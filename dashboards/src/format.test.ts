import { expect, test } from 'vitest';
import { format, formatDifference, words } from './format';

test('a value carries its unit', () => {
  expect(format(0.7129520471562848, 'SHARE')).toBe('71.3%');
  expect(format(1234567, 'COUNT')).toBe('1,234,567');
  expect(format(0.0232, 'USD')).toBe('$0.0232');
  expect(format(2391.17, 'USD')).toBe('$2,391.17');
  expect(format(4.98, 'SECONDS')).toBe('4.98s');
  expect(format(258.6, 'SECONDS')).toBe('4m 19s');
  expect(format(7260, 'SECONDS')).toBe('2h 1m');
});

test('nothing is written as nothing, and never as 0', () => {
  expect(format(null, 'SHARE')).toBe('–');
  expect(formatDifference(null, 'USD')).toBe('–');
});

test('a moment is shown in the time zone of the view', () => {
  expect(format('2026-11-24T23:30:00Z', 'DAY', 'Europe/Berlin')).toBe('Nov 25, 2026');
});

test('shares differ by percentage points', () => {
  expect(formatDifference(0.1014, 'SHARE')).toBe('+10.1 pp');
  expect(formatDifference(-0.0119, 'USD')).toBe('−$0.0119');
});

test('a small difference is not written as none', () => {
  expect(formatDifference(0.0042, 'CALLS')).toBe('+0.0042');
  expect(formatDifference(-0.000021, 'USD')).toBe('−$0.000021');
  expect(formatDifference(0.0000123, 'SHARE')).toBe('+0.0012 pp');
  expect(formatDifference(0, 'CALLS')).toBe('±0.00');
});

test('many are counted without fractions', () => {
  expect(format(18224.5, 'COUNT')).toBe('18,225');
  expect(format(3.5, 'COUNT')).toBe('3.50');
});

test('names are read as words', () => {
  expect(words('rate_limit')).toBe('Rate limit');
  expect(words('NO_DIFFERENCE_FOUND')).toBe('No difference found');
  expect(words('שגיאה_חדשה')).toBe('\u2068שגיאה חדשה\u2069');
});
