import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env.RUNLEDGER_URL ?? 'http://localhost:8080';

export default defineConfig({
  // Pages with a path of their own, such as /runs/{id}, answer index.html in development as they do from the jar.
  appType: 'spa',
  plugins: [react()],
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
  server: { proxy: { '/graphql': server } },
  preview: { proxy: { '/graphql': server } },
});
