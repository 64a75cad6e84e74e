import { expect, test } from 'vitest';
import { completionsOf, readSearch } from './search';

const found = (text: string) => readSearch(text).filter;
const problems = (text: string) => readSearch(text).problems.join();

test('conditions of fields become a filter', () => {
  expect(found('error:rate_limit,timeout prompt:v2.1 env:"eu west" provider:openai provider:xai')).toEqual({
    errorCategories: ['rate_limit', 'timeout'], promptVersions: ['v2.1'], environments: ['eu west'], providers: ['openai', 'xai'],
  });
  expect(found('status:failed,partial')).toEqual({ statuses: ['FAILED', 'PARTIAL_FAILURE'] });
  expect(found('duration >= 5m success<=50% cost<=$2')).toEqual({ durationSeconds: { min: 300 }, overallSuccessRate: { max: 0.5 }, costUsd: { max: 2 } });
  expect(found('score>=6 score<=7')).toEqual({ arbiterScore: { min: 6, max: 7 } });
});

test('more than is more than, and not as much as', () => {
  expect(found('cost > 0').costUsd!.min).toBeGreaterThan(0);
  expect(found('cost > 0.5').costUsd!.min).toBeGreaterThan(0.5);
  expect(found('cost < 0.5').costUsd!.max).toBeLessThan(0.5);
});

test('words by themselves are looked for in names', () => {
  expect(found('demo-729 status:success')).toEqual({ clientRunIdContains: 'demo-729', statuses: ['SUCCESS'] });
  expect(found('"a b"')).toEqual({ clientRunIdContains: 'a b' });
  expect(found('深度 🚨')).toEqual({ clientRunIdContains: '深度 🚨' });
});

test('what cannot be read is explained', () => {
  expect(problems('colour:red')).toContain('There is no field “colour”');
  expect(problems('constructor:x')).toContain('There is no field “constructor”');
  expect(problems('cost>cheap')).toContain('“cheap” is no number');
  expect(problems('status:bad')).toContain('“bad” is no status');
  expect(problems('prompt>v2')).toContain('prompt takes a name');
  expect(problems('cost>5 cost<3')).toContain('No cost can be all of this');
});

test('the last word is completed, by fields and then by values', () => {
  expect(completionsOf('cost>1 er', {})).toEqual(['cost>1 error:']);
  expect(completionsOf('error:r', { error: ['rate_limit', 'timeout', 'read timeout'] })).toEqual(['error:rate_limit']);
  expect(completionsOf('error:', { error: ['a b'] })).toEqual(['error:"a b"']);
});
