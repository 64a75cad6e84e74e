import type { Colors } from './colors';

/** How many colours there are for names. */
export const SLOTS = 8;

const KEPT = 'runledger.colors';
let known: Record<string, number> | null = null;

/** The colour of a name, the same in every chart and on every page: by its letters, unless another name has that colour already. */
export function slotOf(name: string): number {
  known ??= read();
  const slot = known[name] ?? freeSlot(name, known);
  if (!(name in known) && Object.keys(known).length < SLOTS) {
    known[name] = slot;
    write(known);
  }
  return slot;
}

/** The same colour, as the style sheet calls it. */
export const colorOf = (name: string) => `series-${slotOf(name) + 1}` as keyof Colors;

/** The slot that a name would have by itself, or the next one that no other name has; by itself if all are taken. */
export function freeSlot(name: string, known: Record<string, number>): number {
  const own = hash(name) % SLOTS;
  const taken = new Set(Object.values(known));
  for (let i = 0; i < SLOTS; i++) if (!taken.has((own + i) % SLOTS)) return (own + i) % SLOTS;
  return own;
}

/** FNV-1a. */
function hash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function read(): Record<string, number> {
  const kept = JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Record<string, number>;
  return Object.assign(Object.create(null) as Record<string, number>, kept);
}

function write(slots: Record<string, number>): void {
  localStorage.setItem(KEPT, JSON.stringify(slots));
}
