import { expect, test } from 'vitest';
import { midnight, spanBefore, spanOf } from './period';

test('fixed periods are left to the server', () => {
  expect(spanOf('30d', null, null, 'UTC')).toEqual({ lastDays: 30 });
  expect(spanOf('all', '2026-01-01', null, 'UTC')).toEqual({});
});

test('own dates are days of the time zone, the last one included', () => {
  expect(spanOf('own', '2026-03-29', '2026-03-29', 'Europe/Berlin')).toEqual({
    from: '2026-03-28T23:00:00.000Z',
    to: '2026-03-29T22:00:00.000Z',
  });
  expect(spanOf('own', '2026-10-25', null, 'Europe/Berlin')).toEqual({ from: '2026-10-24T22:00:00.000Z' });
  expect(spanOf('own', null, '2026-12-31', 'UTC')).toEqual({ to: '2027-01-01T00:00:00.000Z' });
});

test('a day begins at midnight west and east of Greenwich', () => {
  expect(midnight('2026-01-15', 'America/Los_Angeles').toISOString()).toBe('2026-01-15T08:00:00.000Z');
  expect(midnight('2026-01-15', 'Asia/Kathmandu').toISOString()).toBe('2026-01-14T18:15:00.000Z');
});

test('the period before is as long and ends where the period begins', () => {
  const now = new Date('2026-11-24T12:00:00Z');
  expect(spanBefore({ lastDays: 7 }, now)).toEqual({ from: '2026-11-10T12:00:00.000Z', to: '2026-11-17T12:00:00.000Z' });
  expect(spanBefore({ from: '2026-11-01T00:00:00.000Z', to: '2026-11-11T00:00:00.000Z' }, now)).toEqual({
    from: '2026-10-22T00:00:00.000Z',
    to: '2026-11-01T00:00:00.000Z',
  });
});

test('without a beginning there is no period before', () => {
  expect(spanBefore({}, new Date())).toBeNull();
  expect(spanBefore({ to: '2026-11-11T00:00:00.000Z' }, new Date())).toBeNull();
});
