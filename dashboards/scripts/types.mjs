/**
 * Writes src/queries/generated.ts: the queries' texts, without what only people read, and the types of their variables and answers by
 * the schema. For people there is src/queries/readable.ts.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isEnumType, isInputObjectType, isListType, isNonNullType, isScalarType, Kind, stripIgnoredCharacters, typeFromAST } from 'graphql';
import { readDocuments, readSchema } from './documents.mjs';

const SCALARS = {
  Boolean: 'boolean', DateTime: 'string', Float: 'number', ID: 'string', Int: 'number', JSON: 'unknown', Long: 'number',
  String: 'string', UUID: 'string',
};
/** Names that reporters may add to. */
const NAMES = ['Metric', 'Dimension'];
const schema = readSchema();

/** A type of the schema in TypeScript, where `named` writes what the type is of. */
function typeOf(type, named) {
  if (isNonNullType(type)) return bare(type.ofType, named);
  return `${bare(type, named)} | null`;
}

function bare(type, named) {
  return isListType(type) ? `Array<${typeOf(type.ofType, named)}>` : named(type);
}

function nameOf(type) {
  return isScalarType(type) ? (SCALARS[type.name] ?? type.name) : type.name;
}

function selectionOf(selectionSet, parent) {
  const fields = [];
  const spreads = [];
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      spreads.push(selection.name.value);
    } else {
      const { type } = parent.getFields()[selection.name.value];
      const optional = selection.directives.length ? '?' : '';
      const named = (of) => (selection.selectionSet ? selectionOf(selection.selectionSet, of) : nameOf(of));
      fields.push(`${(selection.alias ?? selection.name).value}${optional}: ${typeOf(type, named)}`);
    }
  }
  return [...spreads, ...(fields.length ? [`{ ${fields.join('; ')} }`] : [])].join(' & ');
}

function inputFields(fields) {
  return fields.map(([name, type]) => `${name}${isNonNullType(type) ? '' : '?'}: ${typeOf(type, nameOf)}`).join('; ');
}

/** What each page that can be shared asks; the server lets whoever has a link to one send these documents and no others. */
const SHARED = {
  '': ['overview'], providers: ['providers-page', 'provider-pair'], 'prompt-versions': ['prompt-versions-page', 'prompt-comparison'], failures: ['failures-page'], runs: ['runs-count', 'runs', 'runs-by-trigger'],
};
const OF_ALL = ['run-changed', 'metric-descriptions'];
/** By this a page sees whether the server takes its session. */
const SIGNED_IN = '{__typename}';

const lines = ['// Written by scripts/types.mjs.', ...NAMES.map((name) => `export type ${name} = string;`)];
for (const type of Object.values(schema.getTypeMap()).filter((each) => !each.name.startsWith('__'))) {
  if (isEnumType(type)) lines.push(`export type ${type.name} = ${type.getValues().map(({ name }) => `'${name}'`).join(' | ')};`);
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).map((field) => [field.name + (field.defaultValue === undefined ? '' : '?'), field.type]);
    lines.push(`export type ${type.name} = { ${inputFields(fields)} };`);
  }
}

const documents = readDocuments('queries');
const fragments = new Map();
const queries = [];
const names = [];
const sent = new Map();
/** What the first page asks at once; the texts of all other queries come after it. */
const FIRST = ['overview', 'run-changed'];
const first = [];
const texts = [];
const readable = [];
for (const { name, text, document } of documents) {
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      const on = schema.getType(definition.typeCondition.name.value);
      fragments.set(definition.name.value, selectionOf(definition.selectionSet, on));
    } else {
      const root = schema.getRootType(definition.operation);
      const variables = definition.variableDefinitions.map(({ variable, type }) => [variable.name.value, typeFromAST(schema, type)]);
      queries.push(`'${name}': { data: ${selectionOf(definition.selectionSet, root)}; variables: { ${inputFields(variables)} } }`);
      readable.push(`'${name}': ${JSON.stringify(text)}`);
      sent.set(name, stripIgnoredCharacters(text));
      names.push(`'${name}': ${JSON.stringify(variables.map(([key]) => key))}`);
      (FIRST.includes(name) ? first : texts).push(`'${name}': ${JSON.stringify(stripIgnoredCharacters(text))}`);
    }
  }
}
for (const [name, type] of [...fragments].sort()) lines.push(`export type ${name} = ${type};`);
lines.push(`export type Queries = {\n  ${queries.join(';\n  ')};\n};`);
lines.push('export type QueryName = keyof Queries;');
lines.push(`export const variableNames: Record<QueryName, string[]> = {\n  ${names.join(',\n  ')},\n};`);
lines.push(`export const firstTexts = {\n  ${first.join(',\n  ')},\n} satisfies Partial<Record<QueryName, string>>;`);
writeFileSync(join(import.meta.dirname, '../src/queries/generated.ts'), lines.join('\n') + '\n');
writeFileSync(
  join(import.meta.dirname, '../src/queries/texts.ts'),
  `// Written by scripts/types.mjs.\nimport type { QueryName } from './generated';\n\nexport const texts: Partial<Record<QueryName, string>> = {\n  ${texts.join(',\n  ')},\n};\n`,
);
writeFileSync(
  join(import.meta.dirname, '../src/queries/readable.ts'),
  `// Written by scripts/types.mjs.\nimport type { QueryName } from './generated';\n\nexport const readable: Record<QueryName, string> = {\n  ${readable.join(',\n  ')},\n};\n`,
);

const shared = Object.fromEntries(Object.entries(SHARED).map(([page, own]) => [page, [SIGNED_IN, ...[...own, ...OF_ALL].map((name) => sent.get(name))]]));
writeFileSync(join(import.meta.dirname, '../src/queries/shared.json'), JSON.stringify(shared));

/** What people ask about on the pages, a field each; the pages load them when somebody does. */
const DEFINED = ['Summary', 'RunsByStatus', 'RunCounts', 'ScoreFigures', 'DurationFigures', 'UsageFigures', 'RunGroup', 'ProviderFigures', 'Breakdown', 'Run', 'ComputedRates', 'Streaks'];
const descriptions = DEFINED.flatMap((type) => Object.values(schema.getType(type).getFields()).map(({ name, description }) => [`${type}.${name}`, description.replaceAll(/\s+/g, ' ')]));
writeFileSync(
  join(import.meta.dirname, '../src/queries/descriptions.ts'),
  `// Written by scripts/types.mjs.\nexport const descriptions: Record<string, string> = ${JSON.stringify(Object.fromEntries(descriptions), null, 2)};\n`,
);
