import { expect, test } from 'vitest';
import { draftOf, FIRST, ofKind, ruleOf, type Definition } from './alertDraft';

test('a draft asks for what its kind has, and for nothing else', () => {
  expect(ruleOf(FIRST)).toEqual({ kind: 'CONSECUTIVE', filter: {}, metric: 'OVERALL_SUCCESS_RATE', direction: 'BELOW', threshold: 0.5, runs: 3 });
  expect(ruleOf({ ...ofKind(FIRST, 'FAILED'), errorCategory: 'rate_limit', errorsAbove: '4', environments: 'production, staging', groupBy: 'ENVIRONMENT' })).toEqual({
    kind: 'FAILED', filter: { environments: ['production', 'staging'] }, runs: 1, errorCategory: 'rate_limit', errorsAbove: 4, groupBy: 'ENVIRONMENT',
  });
  expect(ruleOf({ ...ofKind(FIRST, 'MISSING'), cron: '0 3 * * *', timeZone: 'Europe/Berlin', grace: '30' })).toEqual({
    kind: 'MISSING', filter: {}, timing: { cron: '0 3 * * *', graceSeconds: 1800, timeZone: 'Europe/Berlin' },
  });
  expect(ruleOf(ofKind(FIRST, 'BUDGET'))).toEqual({ kind: 'BUDGET', filter: {}, threshold: 100, timing: { timeZone: 'UTC', period: 'MONTH', forecast: false } });
});

test('a rate is over runs, hours or days', () => {
  const rate = ofKind(FIRST, 'RATE');
  expect(ruleOf(rate)).toMatchObject({ runs: 20, confidence: 0.9 });
  expect(ruleOf({ ...rate, count: '7', unit: 'DAYS' })).toEqual({
    kind: 'RATE', filter: {}, metric: 'OVERALL_SUCCESS_RATE', direction: 'BELOW', threshold: 0.5, windowHours: 168, confidence: 0.9,
  });
});

test('a stored rule that is edited and not changed stays as it is', () => {
  const stored: Definition = {
    kind: 'RATE', metric: 'APPROVAL_RATE', direction: 'BELOW', threshold: 0.7, runs: 1, ofLast: 1, windowHours: 36, recoveryThreshold: 0.75,
    recoveryRuns: 1, confidence: 0.95, filter: { environments: ['production'], triggers: ['scheduler'] }, timing: null,
    exitCode: null, errorCategory: null, errorsAbove: null, groupBy: null,
  };
  expect(ruleOf(draftOf(stored))).toEqual({
    kind: 'RATE', metric: 'APPROVAL_RATE', direction: 'BELOW', threshold: 0.7, windowHours: 36, recoveryThreshold: 0.75, confidence: 0.95,
    filter: { environments: ['production'], triggers: ['scheduler'] },
  });
});
