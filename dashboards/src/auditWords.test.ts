import { expect, test } from 'vitest';
import { changeInWords, detailsInWords } from './auditWords';

test('of a change, only the fields that differ are said', () => {
  expect(changeInWords({ name: 'a', role: 'ADMIN', revokedAt: null }, { name: 'b', role: 'ADMIN', revokedAt: null })).toBe('name: a → b');
  expect(changeInWords({ a: { b: 1 } }, { a: { b: 1 } })).toBe('nothing');
});

test('what is new is said with all that it holds, and what is gone with what it held', () => {
  expect(changeInWords(null, { name: 'a', runs: 3, expiresAt: null })).toBe('name: a; runs: 3');
  expect(changeInWords({ name: 'a', at: [1] }, null)).toBe('name: a → nothing; at: [1] → nothing');
  expect(changeInWords(null, null)).toBeNull();
});

test('what was asked for is said without what was left out', () => {
  expect(detailsInWords({ id: 'x', until: null, filter: { lastDays: 3 } })).toBe('id: x; filter: {"lastDays":3}');
  expect(detailsInWords(null)).toBeNull();
});
