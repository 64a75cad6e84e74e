import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const server = process.env.RUNLEDGER_URL ?? 'http://localhost:8080';

/** Answers the same page at /graphiql in development as the server does. */
const graphiql: Plugin = {
  name: 'graphiql',
  configureServer({ middlewares }) {
    middlewares.use((request, _, next) => {
      request.url = request.url!.replace(/^\/graphiql(?=$|\?)/, '/graphiql/');
      next();
    });
  },
};

export default defineConfig({
  plugins: [react(), graphiql],
  build: {
    // What is bundled asks for its licences to be passed on.
    license: { fileName: 'assets/licenses.md' },
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      input: ['index.html', 'graphiql/index.html'],
      // GraphiQL's modules are compiled already; what they told the compiler means nothing here.
      onwarn: (warning, warn) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warn(warning),
    },
  },
  optimizeDeps: {
    // Its imports are workers, which only Vite itself can bundle; what those import of CommonJS is bundled beforehand.
    exclude: ['graphiql/setup-workers/vite', '@graphiql/react/setup-workers/vite'],
    include: ['monaco-graphql > picomatch-browser', 'monaco-graphql > graphql-language-service'],
  },
  server: { proxy: { '/graphql': server } },
});
