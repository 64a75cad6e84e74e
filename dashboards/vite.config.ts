import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import sbom from 'rollup-plugin-sbom';
import { defineConfig, type Plugin } from 'vite';
import { reference } from './reference/plugin';

const server = process.env.RUNLEDGER_URL ?? 'http://localhost:8080';

/** Answers the same page at /graphiql in development as the server does. */
const graphiql: Plugin = {
  name: 'graphiql',
  configureServer({ middlewares }) {
    middlewares.use((request, _, next) => {
      request.url = request.url!.replace(/^\/graphiql(?=$|\?)/, '/graphiql.html');
      next();
    });
  },
};

/** The page of one run lies a folder deeper than the others, at `runs/<id>`, so what it loads lies a folder higher. */
const deeperPage: Plugin = {
  name: 'deeper-page',
  enforce: 'post',
  generateBundle: {
    order: 'post',
    handler(_, bundle) {
      const page = bundle['index.html'];
      if (page?.type !== 'asset') throw new Error('There is no index.html to copy');
      this.emitFile({ type: 'asset', fileName: 'run/index.html', source: String(page.source).replaceAll('"./', '"../') });
    },
  },
};

/** Which documents the server lets whoever was sent a link to a page ask. */
const sharedDocuments: Plugin = {
  name: 'shared-documents',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'documents.json', source: readFileSync(join(import.meta.dirname, 'src/queries/shared.json')) });
  },
};

export default defineConfig({
  // Every address is relative: the server may be behind a proxy's prefix.
  base: './',
  plugins: [
    react(),
    graphiql,
    deeperPage,
    reference,
    sharedDocuments,
    // What is bundled, and no more; without a date, so that the same sources give the same bytes.
    sbom({ saveTimestamp: false, includeWellKnown: false, outDir: 'sbom', outFilename: 'dashboards.cdx' }),
  ],
  // Monaco brings a DOMPurify of its own, which nothing else would ever update.
  resolve: { alias: [{ find: /^.*\/dompurify\/dompurify\.js$/, replacement: join(import.meta.dirname, 'src/graphiql/dompurify.ts') }] },
  build: {
    // What is bundled asks for its licences to be passed on.
    license: { fileName: 'assets/licenses.md' },
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      input: ['index.html', 'graphiql.html', 'docs.html'],
      // GraphiQL's modules are compiled already; what they told the compiler means nothing here.
      onwarn: (warning, warn) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warn(warning),
    },
  },
  optimizeDeps: {
    // Its imports are workers, which only Vite itself can bundle; what those import of CommonJS is bundled beforehand.
    exclude: ['graphiql/setup-workers/vite', '@graphiql/react/setup-workers/vite'],
    include: ['monaco-graphql > picomatch-browser', 'monaco-graphql > graphql-language-service'],
  },
  // The server takes the session from pages of its own host only.
  server: { proxy: Object.fromEntries(['/graphql', '/session', '/v1'].map((path) => [path, { target: server, changeOrigin: false }])) },
});
