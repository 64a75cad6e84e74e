import { expect, test } from 'vitest';
import { search } from './search';

const entry = (title: string, text = '') => ({ title, page: 'Types', address: title, text });
const ENTRIES = [
  entry('RunFilter.environments', 'Runs in one of these environments.'),
  entry('Event.environment', 'Where.'),
  entry('Run.environment', 'Where the run took place.'),
  entry('Back up and restore', 'pg_dump takes a dump of Environment.'),
];
const titles = (words: string) => search(ENTRIES, words).map(({ title }) => title);

test('what is named by the words comes before what mentions them', () => {
  expect(titles('run.environment')[0]).toBe('Run.environment');
  expect(titles('environment')).toEqual(['Run.environment', 'Event.environment', 'RunFilter.environments', 'Back up and restore']);
});

test('all words are in what is found, in any order and case', () => {
  expect(titles('DUMP restore')).toEqual(['Back up and restore']);
  expect(titles('dump nowhere')).toEqual([]);
  expect(titles(' ')).toEqual([]);
});
