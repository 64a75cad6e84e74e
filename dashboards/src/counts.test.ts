import { expect, test } from 'vitest';
import { hasFigures, isCounted, knownLosses, stagesOf } from './counts';

const nothing = { questionsRequested: 10, questionsGenerated: 0, generationFailures: 0, questionsEvaluated: 0, questionsApproved: 0, duplicatesFound: 0, questionsInserted: 0, insertionFailures: 0, totalErrors: 0 };
const run = { ...nothing, computedRates: {}, generationSuccessRate: null, approvalRate: null, overallSuccessRate: null };

test('what was asked for is no count of what was done', () => {
  expect(isCounted(nothing)).toBe(false);
  expect(isCounted({ ...nothing, totalErrors: 1 })).toBe(true);
});

test('a run has figures if it counts anything or reports a rate, be it none', () => {
  expect(hasFigures(run)).toBe(false);
  expect(hasFigures({ ...run, overallSuccessRate: 0 })).toBe(true);
  expect(hasFigures({ ...run, generationFailures: 10 })).toBe(true);
  expect(hasFigures({ ...run, questionsInserted: 10, computedRates: null })).toBe(false);
});

test('a stage that has nothing, though questions came further, was not counted', () => {
  expect(stagesOf({ ...nothing, questionsInserted: 7 })).toEqual({ Requested: 10, Generated: null, Evaluated: null, Approved: null, Unique: null, Inserted: 7 });
  expect(stagesOf({ ...nothing, questionsGenerated: 9, generationFailures: 1 })).toEqual({ Requested: 10, Generated: 9, Evaluated: 0, Approved: 0, Unique: 0, Inserted: 0 });
  expect(stagesOf({ ...nothing, questionsRequested: 0 })).toEqual({ Requested: null, Generated: null, Evaluated: null, Approved: null, Unique: null, Inserted: null });
});

test('what was lost is known only between stages that were counted', () => {
  const losses = (['GENERATION', 'INSERTION', 'TOTAL'] as const).map((stage) => ({ stage, lost: 3, share: 0.3 }));
  expect(knownLosses({ ...nothing, questionsInserted: 7 }, losses).map(({ lost, share }) => [lost, share])).toEqual([[null, null], [null, null], [3, 0.3]]);
});
