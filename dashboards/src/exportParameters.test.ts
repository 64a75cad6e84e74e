import { expect, test } from 'vitest';
import { exportParameters } from './exportParameters';

const NOW = new Date('2026-11-26T12:00:00Z');

test('a filter has the names of the REST API, and every value of a list', () => {
  const filter = { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z', statuses: ['PARTIAL_FAILURE' as const, 'FAILED' as const], stuck: true, providers: ['a&b'], clientRunIdContains: 'x y' };
  expect(exportParameters(filter, NOW).toString()).toBe(
    'start_date=2026-11-01T00%3A00%3A00Z&before=2026-11-02T00%3A00%3A00Z&stuck=true&status=partial_failure&status=failed&provider=a%26b&client_run_id_contains=x+y',
  );
});

test('ranges have their bounds, as far as they have any', () => {
  expect(exportParameters({ costUsd: { min: 0.5 }, overallSuccessRate: { min: 0, max: 0.5 }, durationSeconds: {} }, NOW).toString()).toBe('min_success_rate=0&max_success_rate=0.5&min_cost_usd=0.5');
});

test('days end now', () => {
  expect([...exportParameters({ lastDays: 7 }, NOW)]).toEqual([['start_date', '2026-11-19T12:00:00.000Z'], ['before', '2026-11-26T12:00:00.000Z']]);
});

test('everything has no parameter', () => {
  expect(exportParameters({}, NOW).toString()).toBe('');
});
