import { expect, test } from 'vitest';
import { evidenceInWords, ruleInWords } from './alertWords';

test('a rule says what it looks for', () => {
  expect(ruleInWords({ kind: 'RATE', metric: 'APPROVAL_RATE', direction: 'BELOW', threshold: 0.7, runs: 20, ofLast: 20, confidence: 0.9 })).toBe(
    'Approval rate below 70% over the last 20 runs at most, 90% sure',
  );
  expect(ruleInWords({ kind: 'RATE', metric: 'APPROVAL_RATE', direction: 'BELOW', threshold: 0.7, runs: 1, ofLast: 1, windowHours: 24, confidence: 0.9 })).toBe(
    'Approval rate below 70% over the last 24 hours, 90% sure',
  );
  expect(ruleInWords({ kind: 'CONSECUTIVE', metric: 'OVERALL_SUCCESS_RATE', direction: 'BELOW', threshold: 0.5, runs: 3, ofLast: 3 })).toBe('Overall success below 50%, 3 runs in a row');
  expect(ruleInWords({ kind: 'FAILED', runs: 2, ofLast: 5 })).toBe('2 of the last 5 runs failed');
  expect(ruleInWords({ kind: 'FAILED', runs: 1, ofLast: 1 })).toBe('a run failed');
});

test('a rule of a kind that the page does not know is named', () => {
  expect(ruleInWords({ kind: 'SOMETHING_NEW' })).toBe('Something new');
});

test('evidence has its interval and its runs', () => {
  expect(evidenceInWords({ kind: 'RATE', metric: 'APPROVAL_RATE' }, { value: 0.6, interval: { low: 0.5, high: 0.65 }, runIds: ['a', 'b'] })).toBe('Approval rate 60% (50% to 65%) over 2 runs');
  expect(evidenceInWords({ kind: 'FAILED' }, { value: 1, runIds: ['a'] })).toBe('Failed 100% over 1 run');
});

test('a rule says which failures it counts, and for what apart', () => {
  expect(ruleInWords({ kind: 'FAILED', runs: 3, ofLast: 5, errorCategory: 'rate_limit', errorsAbove: 4 })).toBe('3 of the last 5 runs with more than 4 errors of rate_limit');
  expect(ruleInWords({ kind: 'FAILED', runs: 1, ofLast: 1, exitCode: 137, groupBy: 'ENVIRONMENT' })).toBe('a run with exit code 137, for each environment apart');
  expect(ruleInWords({ kind: 'CHANGE', metric: 'DUPLICATE_RATE', runs: 100 })).toBe('Duplicate rate changes for the worse within 100 runs');
});
