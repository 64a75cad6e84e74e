import { expect, test, vi } from 'vitest';

const kept = vi.hoisted(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
  return kept;
});

import { freeSlot, SLOTS, slotOf } from './slots';

test('a name has the same colour whenever it is asked for, and no other has it as long as there are enough', () => {
  const names = ['openai', 'anthropic', 'google', 'xai', 'mistral', 'meta', '深度', 'constructor'];
  const first = names.map(slotOf);
  expect(new Set(first).size).toBe(SLOTS);
  expect([...names].reverse().map(slotOf).reverse()).toEqual(first);
  expect(slotOf('a ninth')).toBe(slotOf('a ninth'));
  expect(Object.keys(JSON.parse(kept.get('runledger.colors')!))).toHaveLength(SLOTS);
});

test('where nobody else has it, a name has the colour of its letters', () => {
  expect(freeSlot('openai', { google: (freeSlot('openai', {}) + 1) % SLOTS })).toBe(freeSlot('openai', {}));
});
