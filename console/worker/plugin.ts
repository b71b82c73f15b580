import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** What of a build this reads: chunks, and what they import. */
type Bundle = Record<
  string,
  {
    type: 'chunk' | 'asset';
    isEntry?: boolean;
    imports?: string[];
    viteMetadata?: { importedCss?: Set<string> };
  }
>;

/** What is there whatever page is opened. */
const ALWAYS = ['/', '/boot.js', '/favicon.svg', '/icons/icon-192.png'];

/** Writes the service worker, with the list of the files that the shell needs first. */
export function serviceWorker(): Plugin {
  const source = readFileSync(new URL('./sw.js', import.meta.url), 'utf8');
  return {
    name: 'relais-service-worker',
    apply: 'build',
    generateBundle(_options, output) {
      const bundle = output as unknown as Bundle;
      const shell = [...ALWAYS, ...filesOfEntry(bundle).map((file) => `/${file}`)];
      const version = createHash('sha256').update(source);
      for (const file of Object.keys(bundle).sort()) version.update(file);
      const written = source
        .replace('self.__SHELL__', JSON.stringify(shell))
        .replace('self.__VERSION__', JSON.stringify(version.digest('hex').slice(0, 12)));
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: written });
    },
  };
}

/** The entry, what it imports at once, and their styles; not what pages fetch when they are opened. */
function filesOfEntry(bundle: Bundle): string[] {
  const found = new Set<string>();
  const walk = (name: string) => {
    const chunk = bundle[name];
    if (!chunk || found.has(name)) return;
    found.add(name);
    for (const css of chunk.viteMetadata?.importedCss ?? []) found.add(css);
    for (const imported of chunk.imports ?? []) walk(imported);
  };
  for (const [name, { isEntry }] of Object.entries(bundle)) if (isEntry) walk(name);
  return [...found].sort();
}

const COMPRESSED = /\.(js|css|svg)$/;
const BYTES_MIN = 1024;

/** Of 11: the last two take ten times as long for a few hundredths. */
const QUALITY = 9;

/** Writes each file compressed beside itself: three megabytes become one, and no server compresses them again for each reader. */
export function compressed(): Plugin {
  return {
    name: 'relais-compressed',
    apply: 'build',
    // Once all is written: other plugins change code to the last moment.
    writeBundle({ dir = '' }, output) {
      for (const name of Object.keys(output)) {
        if (!COMPRESSED.test(name) || !name.startsWith('assets/')) continue;
        const file = path.join(dir, name);
        const content = readFileSync(file);
        if (content.length < BYTES_MIN) continue;
        writeFileSync(
          `${file}.br`,
          brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } }),
        );
        writeFileSync(`${file}.gz`, gzipSync(content));
      }
    },
  };
}
