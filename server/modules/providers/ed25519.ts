import { Worker } from 'node:worker_threads';
import { createBatcher } from '../../kernel/batch.ts';
import { type Check, pack } from './ed25519-batch.ts';

/** Checks handed over at once. */
const BATCH_MAX = 128;

/**
 * Whether an Ed25519 signature (RFC 8032) fits. A thread of its own does it: libsodium takes about 50 µs, which would be
 * most of what a webhook costs the thread that serves requests, and Node's OpenSSL takes more than twice as long. What
 * arrives while the thread is busy is handed over in one message.
 * @throws when the thread failed; the next check starts a new one.
 */
export async function verifyEd25519(check: Check): Promise<boolean> {
  return (await checks.add(check)) === 1;
}

const checks = createBatcher(
  async (batch: Check[]) => {
    const packed = pack(batch);
    return [...(await ask(packed))];
  },
  { itemsMax: BATCH_MAX },
);

let thread: Worker | null = null;

async function ask(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  thread ??= startThread();
  const worker = thread;
  // Referenced while it works only: an idle thread keeps no process alive.
  worker.ref();
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      worker.once('message', resolve).once('error', reject);
      worker.once('exit', () => reject(new Error('The thread that checks signatures ended')));
      worker.postMessage(packed, [packed.buffer]);
    });
  } finally {
    for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
    watch(worker);
    worker.unref();
  }
}

function startThread(): Worker {
  const worker = new Worker(new URL('./ed25519-thread.ts', import.meta.url));
  watch(worker);
  return worker;
}

/** A thread that ends, for whatever reason, is replaced at the next check. */
function watch(worker: Worker): void {
  const forget = () => {
    if (thread === worker) thread = null;
  };
  worker.on('error', forget).on('exit', forget);
}
