import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressed, serviceWorker } from './worker/plugin.ts';

const server = process.env.RELAIS_SERVER ?? 'http://localhost:4000';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), serviceWorker(), compressed()],
  server: {
    proxy: {
      '/api': { target: server },
      // The inbox's API and its pages share a beginning: what a browser opens as a page is the console's.
      '/inbox': {
        target: server,
        bypass: ({ headers }) => (headers.accept?.includes('text/html') ? '/index.html' : undefined),
      },
    },
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The strict content policy allows no inline script, and every supported browser preloads modules by itself.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
});
