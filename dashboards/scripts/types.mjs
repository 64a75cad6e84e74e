/** Writes src/queries/generated.ts: the queries' texts, and the types of their variables and answers by the schema. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isEnumType, isInputObjectType, isListType, isNonNullType, isScalarType, Kind, typeFromAST } from 'graphql';
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
const texts = [];
for (const { name, text, document } of documents) {
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      const on = schema.getType(definition.typeCondition.name.value);
      fragments.set(definition.name.value, selectionOf(definition.selectionSet, on));
    } else {
      const root = schema.getRootType(definition.operation);
      const variables = definition.variableDefinitions.map(({ variable, type }) => [variable.name.value, typeFromAST(schema, type)]);
      queries.push(`'${name}': { data: ${selectionOf(definition.selectionSet, root)}; variables: { ${inputFields(variables)} } }`);
      texts.push(`'${name}': { text: ${JSON.stringify(text)}, variables: ${JSON.stringify(variables.map(([key]) => key))} }`);
    }
  }
}
for (const [name, type] of [...fragments].sort()) lines.push(`export type ${name} = ${type};`);
lines.push(`export type Queries = {\n  ${queries.join(';\n  ')};\n};`);
lines.push('export type QueryName = keyof Queries;');
lines.push(`export const documents: Record<QueryName, { text: string; variables: string[] }> = {\n  ${texts.join(',\n  ')},\n};`);
writeFileSync(join(import.meta.dirname, '../src/queries/generated.ts'), lines.join('\n') + '\n');
