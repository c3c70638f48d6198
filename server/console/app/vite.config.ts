import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  logLevel: 'error',
  plugins: [vue()],
  build: {
    outDir: '../../../dist/server/console/app',
    emptyOutDir: true,
    // A style or picture written into the page would be refused by its content policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Nobody reads the sizes at every build.
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    // A page is then five files, not twenty-five: each is a question over the office's network, and most are a few lines.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'packages', test: /node_modules/ },
            { name: 'shared', minShareCount: 2 },
          ],
        },
      },
    },
  },
})
