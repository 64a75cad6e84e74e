import { expect, test } from 'vitest';
import { clockOf, isDate, midnight, spanBefore, spanOf } from './period';

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

test('today and yesterday are days of the time zone', () => {
  const now = new Date('2026-03-29T22:30:00Z');
  expect(spanOf('today', null, null, 'Europe/Berlin', now)).toEqual({ from: '2026-03-29T22:00:00.000Z' });
  expect(spanOf('yesterday', null, null, 'Europe/Berlin', now)).toEqual({ from: '2026-03-28T23:00:00.000Z', to: '2026-03-29T22:00:00.000Z' });
  expect(spanOf('24h', null, null, 'UTC', now)).toEqual({ lastDays: 1 });
});

test('own dates can be moments, of which the last is not included', () => {
  expect(spanOf('own', '2026-11-24T09:30', '2026-11-24T10:00', 'Asia/Kathmandu')).toEqual({ from: '2026-11-24T03:45:00.000Z', to: '2026-11-24T04:15:00.000Z' });
  expect(spanOf('own', '2026-11-24T09:30:00Z', null, 'Asia/Kathmandu')).toEqual({ from: '2026-11-24T09:30:00.000Z' });
  expect(['2026-11-24', '2026-11-24T09:30', '2026-11-24T09:30:00.123456Z'].every(isDate)).toBe(true);
  expect(['2026-13-01', '2026-11-31', '2026-11-24T25:00', '24.11.2026'].some(isDate)).toBe(false);
  expect(clockOf(new Date('2026-11-24T03:45:00Z'), 'Asia/Kathmandu')).toBe('2026-11-24T09:30');
});
