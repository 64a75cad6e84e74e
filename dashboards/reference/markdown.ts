import { readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { Marked, Renderer, type MarkedExtension, type Token } from 'marked';
import { getHeadingList, gfmHeadingId } from 'marked-gfm-heading-id';
import type { Entry } from '../src/reference/search';
import { address, type Page } from './page';

const REPOSITORY = join(import.meta.dirname, '../..');

/** The files that are pages, and the names by which they are listed. */
const FILES: Record<string, { file: string; title: string }> = {
  index: { file: 'README.md', title: 'Overview' },
  alerts: { file: 'docs/alerts.md', title: 'Alerts' },
  calibration: { file: 'docs/calibration.md', title: 'Calibration' },
  operations: { file: 'docs/operations.md', title: 'Operations' },
  deploy: { file: 'docs/deploy/README.md', title: 'Deployment' },
  reporter: { file: 'reporter-client/README.md', title: 'Reporter' },
  'reporter-python': { file: 'reporter-client/python/README.md', title: 'Reporter in Python' },
  measurements: { file: 'bench/RESULTS.md', title: 'Measurements' },
  changes: { file: 'CHANGELOG.md', title: 'Changes' },
  'schema-changes': { file: 'docs/schema-changelog.md', title: 'Changes of the schema' },
};

const SCROLLS = 'class="scrolls" tabindex="0"';

/** What both documents and descriptions are written in. Whatever may be wider than the screen scrolls, by keys, too. */
const scrolling: MarkedExtension = {
  renderer: {
    table(token) {
      return `<div ${SCROLLS} role="group" aria-label="Table">${Renderer.prototype.table.call(this, token)}</div>`;
    },
    code(token) {
      return Renderer.prototype.code.call(this, token).replace('<pre>', `<pre ${SCROLLS}>`);
    },
  },
};
const text = new Marked(scrolling);

export function description(markdown: string | null | undefined) {
  return text.parse(markdown ?? '', { async: false });
}

/** The documents of the repository as pages, and the files that they link to. */
export function documents(): { pages: Page[]; files: Set<string> } {
  const files = new Set<string>();
  const pages = Object.entries(FILES).map(([name, { file, title }]) => document(name, file, title, files));
  return { pages, files };
}

export function read(file: string) {
  return readFileSync(join(REPOSITORY, file));
}

function document(name: string, file: string, title: string, files: Set<string>): Page {
  const markdown = String(read(file));
  const parser = new Marked(scrolling, gfmHeadingId(), {
    walkTokens(token: Token) {
      if (token.type === 'link' || token.type === 'image') token.href = target(token.href, file, name, files) ?? '';
    },
    renderer: {
      // What it leads to is in the repository only.
      link(token) {
        return token.href ? false : this.parser.parseInline(token.tokens);
      },
    },
  });
  const html = parser.parse(markdown, { async: false });
  const headings = getHeadingList();
  const entries: Entry[] = [];
  for (const token of parser.lexer(markdown)) {
    if (token.type === 'heading') {
      const heading = headings[entries.length]!;
      entries.push({ title: heading.raw, page: title, address: `${name}.html#${heading.id}`, text: '' });
    } else if (entries.length) {
      entries.at(-1)!.text += token.raw;
    }
  }
  return { name, title, group: 'Guide', html, entries };
}

/** Where a link of a document leads to in the reference; null if nowhere. */
function target(href: string, file: string, name: string, files: Set<string>) {
  if (/^(https?:|#)/.test(href)) return href;
  const [path, hash] = href.split('#') as [string, string?];
  const named = posix.join(posix.dirname(file), path);
  const page = Object.keys(FILES).find((each) => FILES[each]!.file === named);
  if (page) return address(page, name) + (hash ? `#${hash}` : '');
  if (!named.startsWith('docs/') || !statSync(join(REPOSITORY, named)).isFile()) return null;
  files.add(named);
  return name === 'index' ? named : named.slice('docs/'.length);
}
