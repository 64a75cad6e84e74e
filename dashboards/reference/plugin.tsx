import { renderToStaticMarkup } from 'react-dom/server';
import type { Plugin } from 'vite';
import { readSchema } from '../scripts/documents.mjs';
import { documents, read } from './markdown';
import { address, FIRST, type Page } from './page';
import { restPage } from './rest';
import { schemaPages } from './schema';

/** Makes of `docs.html` the pages of the reference, the files that they link to, and what its search looks in. */
export const reference: Plugin = {
  name: 'reference',
  enforce: 'post',
  apply: 'build',
  generateBundle: {
    order: 'post',
    handler(_, bundle) {
      const template = bundle['docs.html'];
      if (template?.type !== 'asset') throw new Error('There is no docs.html to fill');
      const frame = String(template.source);
      const { pages: guide, files } = documents();
      const pages = [...guide, ...schemaPages(readSchema()), restPage(JSON.parse(String(read('docs/openapi.json'))))];
      for (const page of pages) {
        const source = filled(frame, page, pages);
        if (page.name === FIRST) template.source = source;
        // A folder deeper, as are the addresses of what it loads.
        else this.emitFile({ type: 'asset', fileName: `docs/${page.name}.html`, source: source.replaceAll('"./', '"../') });
      }
      for (const file of files) this.emitFile({ type: 'asset', fileName: file, source: read(file) });
      this.emitFile({ type: 'asset', fileName: 'docs/search.json', source: JSON.stringify(pages.flatMap(({ entries }) => entries)) });
    },
  },
};

function filled(frame: string, page: Page, pages: Page[]) {
  return frame
    .replace(/<title>.*<\/title>/, () => `<title>${page.title} - Runledger</title>`)
    .replace(/<main>.*<\/main>/, () => renderToStaticMarkup(<Frame page={page} pages={pages} />));
}

function Frame({ page, pages }: { page: Page; pages: Page[] }) {
  const up = page.name === FIRST ? '' : '../';
  return (
    <div className="app reference">
      <a className="skip" href="#main">Skip to the text</a>
      <nav aria-label="Reference">
        <p className="brand">Runledger</p>
        {(['Guide', 'GraphQL', 'REST'] as const).map((group) => (
          <ul key={group} aria-label={group}>
            {pages.filter((each) => each.group === group).map(({ name, title }) => (
              <li key={name}><a href={address(name, page.name)} aria-current={name === page.name ? 'page' : undefined}>{title}</a></li>
            ))}
          </ul>
        ))}
        <ul aria-label="Runledger">
          <li><a href={up || './'}>Dashboards</a></li>
          <li><a href={`${up}graphiql`}>GraphiQL</a></li>
        </ul>
      </nav>
      <main id="main">
        <search hidden>
          <label>Search the reference <input type="search" autoComplete="off" /></label>
          <p role="status" className="note" />
          <ul />
        </search>
        <article dangerouslySetInnerHTML={{ __html: page.html }} />
      </main>
    </div>
  );
}
