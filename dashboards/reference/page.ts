import type { Entry } from '../src/reference/search';

/** One page of the reference; those of a group are listed together. */
export type Page = { name: string; title: string; group: 'Guide' | 'GraphQL' | 'REST'; html: string; entries: Entry[] };

/** The page at `/docs`; all others lie in the folder `docs/`. */
export const FIRST = 'index';

/** The address of a page, relative to another one. */
export function address(page: string, from: string) {
  if (page === FIRST) return from === FIRST ? 'docs' : '../docs';
  return from === FIRST ? `docs/${page}.html` : `${page}.html`;
}
