/** Reads the schema and the query files; a file's text is completed by the fragments that it uses from other files. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildSchema, Kind, parse, print, visit } from 'graphql';

const root = join(import.meta.dirname, '..');

export function readSchema() {
  const folder = join(root, '../src/main/resources/graphql');
  return buildSchema(filesOf(folder, '.graphqls').map((file) => file.text).join('\n'));
}

/** The documents of a folder of src: name of the file, text, and the parsed document, each with all fragments it needs. */
export function readDocuments(folder) {
  const files = filesOf(join(root, 'src', folder), '.graphql').map((file) => ({ ...file, document: parse(file.text) }));
  const fragments = new Map();
  for (const { document } of files) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    }
  }
  return files.map((file) => {
    const own = new Set(file.document.definitions);
    const borrowed = [...fragmentsOf(file.document, fragments)].filter((fragment) => !own.has(fragment));
    return {
      name: file.name,
      text: [file.text.trim(), ...borrowed.map(print)].join('\n\n') + '\n',
      document: { ...file.document, definitions: [...file.document.definitions, ...borrowed] },
    };
  });
}

function fragmentsOf(node, fragments, found = new Set()) {
  visit(node, {
    FragmentSpread({ name }) {
      const fragment = fragments.get(name.value);
      if (!fragment) throw new Error(`No file has the fragment ${name.value}`);
      if (!found.has(fragment)) fragmentsOf(fragment, fragments, found.add(fragment));
    },
  });
  return found;
}

function filesOf(folder, ending) {
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => ({ name: basename(file, ending), text: readFileSync(join(folder, file), 'utf8') }));
}
