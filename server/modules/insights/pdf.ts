import { Worker } from 'node:worker_threads';
import type { ReportDocument } from './report-model.ts';
import { footWords, pageDefinition } from './report-page.ts';

/** Longer than any report takes: one that has not ended by then never will. */
const TIMEOUT_MS = 60_000;
/** Documents at once: each has a thread, with its fonts in memory. */
const THREADS_MAX = 2;

const waiting: (() => void)[] = [];
let running = 0;

/**
 * Sets a report as PDF, on a thread of its own: calls and webhooks do not wait while pages are made.
 * @throws when the thread fails or takes too long.
 */
export async function reportPdf(document: ReportDocument): Promise<Buffer> {
  if (running >= THREADS_MAX) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await setPages(document);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

function setPages(document: ReportDocument): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./pdf-thread.ts', import.meta.url), {
      workerData: { definition: pageDefinition(document), foot: footWords(document) },
    });
    const timer = setTimeout(() => {
      void thread.terminate();
      reject(new Error(`The pages were not set within ${TIMEOUT_MS} ms`));
    }, TIMEOUT_MS);
    thread.once('message', (bytes: Uint8Array) => resolve(Buffer.from(bytes)));
    thread.once('error', reject);
    thread.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The thread that sets pages ended with ${code}`));
    });
  });
}
