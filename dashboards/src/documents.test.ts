import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { readDocuments, readSchema } from '../scripts/documents.mjs';
import { defaultTabs, exampleOf, offered } from './graphiql/tabs';
import { documents } from './queries/generated';

const schema = readSchema();

test.each(readDocuments('queries').map(({ name, document }) => [name, document] as const))('the query %s fits the schema', (_, document) => {
  expect(validate(schema, document)).toEqual([]);
});

test('the texts that are bundled are those of the files', () => {
  expect(Object.fromEntries(readDocuments('queries').map(({ name, text }) => [name, text]))).toEqual(
    Object.fromEntries(Object.entries(documents).map(([name, { text }]) => [name, text])),
  );
});

test.each(defaultTabs().map(({ query }) => [/\w+ \w+/.exec(query.replace(/^#.*$/gm, ''))![0], query]))('the tab "%s" fits the schema', (_, query) => {
  expect(validate(schema, parse(query))).toEqual([]);
});

test('the tabs are the seven questions, then the queries of the panels', () => {
  expect(readDocuments('questions')).toHaveLength(7);
  expect(defaultTabs()).toHaveLength(7 + offered.length);
});

test('every tab can be run as it is', () => {
  for (const name of offered) {
    const required = documents[name].text.match(/\$\w+(?=: \w+!)/g) ?? [];
    expect(Object.keys(exampleOf(name)), name).toEqual(expect.arrayContaining(required.map((variable) => variable.slice(1))));
  }
});
