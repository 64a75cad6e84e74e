/** A section of the reference. The address is relative to its folder. */
export type Entry = { title: string; page: string; address: string; text: string };

/** The sections that have all the words: those first that are named by them, the shortest first. */
export function search(entries: Entry[], words: string): Entry[] {
  const whole = words.trim().toLowerCase();
  if (!whole) return [];
  const each = whole.split(/\s+/);
  return entries
    .map((entry) => ({ entry, rank: rank(entry, whole, each) }))
    .filter(({ rank }) => rank < NONE)
    .sort((a, b) => a.rank - b.rank || size(a) - size(b))
    .map(({ entry }) => entry);
}

const MENTIONED = 3;
const NONE = 4;

function size({ entry, rank }: { entry: Entry; rank: number }) {
  return rank === MENTIONED ? entry.text.length : entry.title.length;
}

function rank({ title, text }: Entry, whole: string, words: string[]) {
  const name = title.toLowerCase();
  if (name === whole) return 0;
  if (name.endsWith(`.${whole}`)) return 1;
  if (words.every((word) => name.includes(word))) return 2;
  const below = text.toLowerCase();
  return words.every((word) => name.includes(word) || below.includes(word)) ? MENTIONED : NONE;
}
