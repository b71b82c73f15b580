import { type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import type { JobDefinitions } from '../../kernel/jobs.ts';
import { portFor } from '../providers/index.ts';
import { fetchMedia, giveUpMedia } from './media.ts';
import { pruneLoose } from './media-store.ts';
import { dueChecks, findMessage, updateMessage } from './messages-store.ts';
import { pruneViewers } from './presence-store.ts';
import { applyRemote } from './receipts.ts';

const DUE_MAX = 100;
const KEPT_MS = 24 * 3_600_000;
/** A provider that has not told the end of a text after so many questions (about two days) will not. */
const CHECKS_MAX = 16;
const CHECK_MAX_SECONDS = 6 * 3600;

export function messageJobs(kernel: Kernel): JobDefinitions {
  return {
    handlers: {
      'messages.fetch_media': async ({ mediaId, companyId }) => {
        await fetchMedia(kernel, companyId!, mediaId!);
      },
      'messages.give_up_media': ({ mediaId, companyId }) => giveUpMedia(kernel, companyId!, mediaId!),
      'messages.reconcile': () => reconcileTexts(kernel),
      'messages.prune': () => prune(kernel),
    },
    schedules: {
      'messages.reconcile': { everySeconds: kernel.config.RECONCILE_SECONDS },
      'messages.prune': { everySeconds: 3600 },
    },
  };
}

/** Asks the provider about every text whose end or price it has not told: lost receipts heal here. */
export async function reconcileTexts(kernel: Kernel): Promise<void> {
  const due = await inSystem(kernel.db, (tx) => dueChecks(tx, kernel.clock.now(), DUE_MAX));
  for (const { id, companyId } of due) {
    await checkText(kernel, companyId, id).catch((error) =>
      kernel.log.warn({ err: error, messageId: id }, 'A text could not be asked about'),
    );
  }
}

async function checkText(kernel: Kernel, companyId: string, id: string): Promise<void> {
  const ctx = systemCtx(kernel, companyId, 'messages.reconcile');
  const found = await transact(ctx, async (tx) => {
    const message = await findMessage(tx, id);
    if (!message?.externalId || !message.provider) return null;
    const checks = message.checks + 1;
    const waitSeconds = Math.min(kernel.config.RECONCILE_SECONDS * 2 ** checks, CHECK_MAX_SECONDS);
    const nextCheckAt = checks >= CHECKS_MAX ? null : new Date(kernel.clock.nowMs() + waitSeconds * 1000);
    await updateMessage(tx, id, { checks, nextCheckAt });
    return {
      externalId: message.externalId,
      provider: message.provider,
      accountId: message.providerAccountId,
    };
  });
  if (!found) return;
  const { port } = await portFor(ctx, found.provider, found.accountId);
  const remote = await port.getText(found.externalId);
  if (remote) await transact(ctx, (tx) => applyRemote(ctx, tx, id, remote));
}

/** Drops files that nobody sent, and people who left without a word. */
async function prune(kernel: Kernel): Promise<void> {
  const before = new Date(kernel.clock.nowMs() - KEPT_MS);
  await inSystem(kernel.db, async (tx) => {
    await pruneLoose(tx, before);
    await pruneViewers(tx, before);
  });
}
