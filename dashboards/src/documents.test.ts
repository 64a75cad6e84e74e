import { parse, stripIgnoredCharacters, validate } from 'graphql';
import { expect, test } from 'vitest';
import { readDocuments, readSchema } from '../scripts/documents.mjs';
import { exampleOf, linkedTab, offered, readyQueries } from './graphiql/tabs';
import { firstTexts } from './queries/generated';
import { readable } from './queries/readable';
import { texts } from './queries/texts';

const schema = readSchema();

test.each(readDocuments('queries').map(({ name, document }) => [name, document] as const))('the query %s fits the schema', (_, document) => {
  expect(validate(schema, document)).toEqual([]);
});

test('the texts that are bundled are those of the files', () => {
  for (const { name, text } of readDocuments('queries')) {
    expect(readable).toHaveProperty([name], text);
    expect({ ...texts, ...firstTexts }).toHaveProperty([name], stripIgnoredCharacters(text));
  }
});

test.each(readyQueries().map(({ title, query }) => [title, query]))('the ready query "%s" fits the schema', (_, query) => {
  expect(validate(schema, parse(query))).toEqual([]);
});

test('ready are the seven questions, by their words, then the queries of the panels', () => {
  expect(readDocuments('questions')).toHaveLength(7);
  expect(readyQueries()).toHaveLength(7 + offered.length);
  expect(readyQueries()[0]!.title).toBe('What are the average arbiter scores over the last 30 days?');
  expect(new Set(readyQueries().map(({ title }) => title)).size).toBe(readyQueries().length);
});

test('a link brings a query of the dashboards, to be run, or one of somebody else, which is not', () => {
  expect(linkedTab(new URLSearchParams('query=funnel'))).toMatchObject({ isOwn: true });
  expect(linkedTab(new URLSearchParams('query=run-changed'))).toMatchObject({ isOwn: false });
  expect(linkedTab(new URLSearchParams(), '#query=mutation+%7Ba%7D&variables=%7B%7D')).toEqual({ query: 'mutation {a}', variables: '{}' });
  expect(linkedTab(new URLSearchParams('query=constructor'))).toBeNull();
});

test('every ready query can be run as it is', () => {
  for (const name of offered) {
    const required = readable[name].match(/\$\w+(?=: \[?\w+!)/g) ?? [];
    expect(Object.keys(exampleOf(name)), name).toEqual(expect.arrayContaining(required.map((variable) => variable.slice(1))));
  }
});
