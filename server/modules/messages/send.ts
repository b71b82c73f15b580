import { publicBaseUrl } from '../../kernel/config.ts';
import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { RelaisError } from '../../kernel/errors.ts';
import { budgetRefusals } from '../billing/index.ts';
import {
  type OutboundText,
  type ProviderPort,
  portFor,
  type RemoteText,
  type SendOutcome,
  type TextFailure,
} from '../providers/index.ts';
import { spendingOf } from './accept.ts';
import { announceConversations } from './announce.ts';
import { noteProviderOptOut } from './consent.ts';
import { lockConversations, saveActivity } from './conversations-store.ts';
import { findIntegration, type IntegrationRow } from './integrations-store.ts';
import { mediaLink } from './media-links.ts';
import { mediaOf } from './media-store.ts';
import {
  failureColumns,
  knownExternalIds,
  lockMessage,
  type MessageRow,
  updateMessage,
} from './messages-store.ts';
import { AFTER_OUR_TEXT, lookUpDelayMs, nextSendStep } from './model.ts';
import { optedOut } from './opt-outs-store.ts';
import { type Claim, dropDepartures, holdsLease, pauseLane, postpone } from './outbox-store.ts';
import { applyRemote, firstCheckAt } from './receipts.ts';

/** A text that is about to be handed over, or looked up. */
interface Turn {
  step: 'send' | 'look_up' | 'give_up';
  message: MessageRow;
  sender: IntegrationRow;
  text: OutboundText;
}

/**
 * Hands one text to its provider. Before the request leaves it is marked as tried, so that a process that dies here leaves a
 * text that is looked up, not sent twice. Consent is read here, at the moment of sending, whatever was true when it was accepted.
 */
export async function sendText(ctx: CompanyCtx, claim: Claim): Promise<void> {
  const turn = await transact(ctx, (tx) => prepare(ctx, tx, claim));
  if (!turn) return;
  if (turn.step === 'give_up')
    return transact(ctx, async (tx) => {
      // Gone when a receipt has come since.
      if (await holdsLease(tx, claim.messageId, claim.leaseId))
        await end(ctx, tx, turn.message, failure('no_answer', 'no answer came'));
    });
  const port = await openPort(ctx, turn.sender);
  if (turn.step === 'look_up') return lookUp(ctx, claim, turn, port);
  if (!port)
    return transact(ctx, (tx) =>
      conclude(ctx, tx, turn, {
        kind: 'refused',
        failure: failure('account_problem', 'the account is gone'),
      }),
    );
  ctx.log.info(`[SMS] Envoi SMS de ${turn.text.from} vers ${turn.text.to}`);
  if (turn.message.provider === 'twilio')
    ctx.log.info(`[INBOX] Envoi du SMS via Twilio de ${turn.text.from} à ${turn.text.to}`);
  const outcome = await port.sendText(turn.text);
  await transact(ctx, (tx) => conclude(ctx, tx, turn, outcome));
  if (outcome.kind === 'accepted') ctx.log.info(`[SMS] SMS envoyé avec succès: ${outcome.text.messageId}`);
}

/** The provider, or null when the account was removed meanwhile. */
async function openPort(ctx: CompanyCtx, sender: IntegrationRow): Promise<ProviderPort | null> {
  try {
    return (await portFor(ctx, sender.provider, sender.providerAccountId)).port;
  } catch (error) {
    if (error instanceof RelaisError && error.code === 'provider_not_configured') return null;
    throw error;
  }
}

/** What is to be done with the text now; null when nothing is. Everything that can forbid it is looked at here. */
async function prepare(ctx: CompanyCtx, tx: Tx, claim: Claim): Promise<Turn | null> {
  if (!(await holdsLease(tx, claim.messageId, claim.leaseId))) return null;
  const message = await lockMessage(tx, claim.messageId);
  if (!message || !['scheduled', 'queued', 'sending', 'unknown'].includes(message.status)) {
    await dropDepartures(tx, [claim.messageId]);
    return null;
  }
  const sender = message.integrationId ? await findIntegration(tx, message.integrationId) : null;
  const refusal = sender
    ? await forbidden(ctx, tx, message, sender)
    : failure('sender_inactive', 'the number is gone');
  const { clock, config } = ctx.kernel;
  const step = nextSendStep(message, clock.nowMs(), config.SMS_SETTLE_SECONDS * 1000);
  // A text that may have left already is looked up whatever became of its number since.
  if (!sender || (refusal && step === 'send')) {
    await end(ctx, tx, message, refusal!);
    return null;
  }
  if (step === 'send') await markTried(ctx, tx, message, sender);
  else if (message.status !== 'unknown') {
    await updateMessage(tx, message.id, { status: 'unknown' });
    await announceConversations(tx, ctx.companyId, [message.conversationId]);
  }
  const media = (await mediaOf(tx, [message.id])).get(message.id) ?? [];
  const base = publicBaseUrl(config);
  const mediaUrls = media.map(({ id }) => `${base}${mediaLink(ctx, id, 'provider')}`);
  const { fromNumber: from, toNumber: to, body, id: reference } = message;
  return { step, message, sender, text: { from, to, text: body, mediaUrls, reference } };
}

/** Why a text may not leave now, or null. */
async function forbidden(
  ctx: CompanyCtx,
  tx: Tx,
  message: MessageRow,
  sender: IntegrationRow,
): Promise<TextFailure | null> {
  if (!sender.isActive) return failure('sender_inactive', 'the number was switched off');
  if (message.isConfirmation) return null;
  const out = await optedOut(tx, [message.toNumber]);
  if (out.has(message.toNumber)) return failure('opted_out', 'the person wants no texts');
  if (message.status !== 'scheduled') return null;
  // It was counted by nobody while it waited. Budgets are held last, so the conversation is locked before.
  await lockConversations(tx, [message.conversationId]);
  const [refusal] = await budgetRefusals(ctx, tx, [spendingOf(message)]);
  return refusal ? failure('budget_reached', refusal.message) : null;
}

/** Our own reasons stand beside the providers'. */
type Reason = TextFailure['reason'] | 'no_answer' | 'sender_inactive' | 'budget_reached';

function failure(reason: Reason, providerMessage: string): TextFailure {
  return { reason: reason as TextFailure['reason'], providerCode: null, providerMessage };
}

/** From here on the outcome is unknown until an answer says otherwise. A scheduled text is written now. */
async function markTried(
  ctx: CompanyCtx,
  tx: Tx,
  message: MessageRow,
  sender: IntegrationRow,
): Promise<void> {
  const at = ctx.kernel.clock.now();
  await updateMessage(tx, message.id, {
    status: 'sending',
    providerAccountId: sender.providerAccountId,
    attempts: message.attempts + 1,
    attemptedAt: at,
    outcomeUnknown: true,
    lookUps: 0,
  });
  if (message.status === 'scheduled') {
    const conversation = (await lockConversations(tx, [message.conversationId])).get(message.conversationId)!;
    const { category, rule: categoryRule } = AFTER_OUR_TEXT;
    const lastDirection = 'outbound' as const;
    await saveActivity(
      tx,
      [{ ...conversation, category, categoryRule, lastMessageId: message.id, lastDirection }],
      at,
    );
  }
  await announceConversations(tx, ctx.companyId, [message.conversationId]);
}

/** Writes what an attempt came to. A receipt may have been faster than the answer; it is never moved back. */
async function conclude(ctx: CompanyCtx, tx: Tx, turn: Turn, outcome: SendOutcome): Promise<void> {
  const { message, sender } = turn;
  const { clock } = ctx.kernel;
  if (outcome.kind === 'accepted') return accepted(ctx, tx, message, outcome.text);
  // A receipt may have come all the same, of this attempt or of one before.
  if ((await lockMessage(tx, message.id))?.status !== 'sending') return;
  switch (outcome.kind) {
    case 'refused':
      return end(ctx, tx, message, outcome.failure);
    case 'rate_limited': {
      const until = new Date(clock.nowMs() + Math.max(250, outcome.retryAfterMs));
      await pauseLane(tx, sender.id, until);
      await postpone(tx, message.id, until);
      // The provider answers this before it acts: the attempt does not count.
      return updateMessage(tx, message.id, {
        status: 'queued',
        outcomeUnknown: false,
        attempts: message.attempts,
      });
    }
    case 'unanswered': {
      await updateMessage(tx, message.id, { status: 'unknown' });
      await postpone(tx, message.id, new Date(clock.nowMs() + lookUpDelayMs(0)));
      return announceConversations(tx, ctx.companyId, [message.conversationId]);
    }
  }
}

async function accepted(ctx: CompanyCtx, tx: Tx, message: MessageRow, remote: RemoteText): Promise<void> {
  await dropDepartures(tx, [message.id]);
  await updateMessage(tx, message.id, { nextCheckAt: firstCheckAt(ctx), checks: 0 });
  await applyRemote(ctx, tx, message.id, remote);
}

/** The text goes nowhere any more, and says why. */
async function end(ctx: CompanyCtx, tx: Tx, message: MessageRow, why: TextFailure): Promise<void> {
  await dropDepartures(tx, [message.id]);
  await updateMessage(tx, message.id, {
    status: 'failed',
    outcomeUnknown: false,
    nextCheckAt: null,
    ...failureColumns(why),
  });
  if (why.reason === 'opted_out' && why.providerCode) {
    await noteProviderOptOut(ctx, tx, {
      messageId: message.id,
      conversationId: message.conversationId,
      toNumber: message.toNumber,
      providerCode: why.providerCode,
    });
  }
  await announceConversations(tx, ctx.companyId, [message.conversationId]);
}

/** How far the clocks of the provider and ours may differ. */
const CLOCK_SLACK_MS = 120_000;

/** Asks the provider for a text whose answer never came. One that we know under another message is not it. */
async function lookUp(ctx: CompanyCtx, claim: Claim, turn: Turn, port: ProviderPort | null): Promise<void> {
  const { message, text } = turn;
  const { clock } = ctx.kernel;
  const since = new Date(message.attemptedAt!.getTime() - CLOCK_SLACK_MS);
  const candidates = port ? await port.findTexts(text, since) : [];
  await transact(ctx, async (tx) => {
    if (!(await holdsLease(tx, claim.messageId, claim.leaseId))) return;
    const found = await pickUnknown(tx, message, candidates);
    if (found) return accepted(ctx, tx, message, found);
    await updateMessage(tx, message.id, { lookUps: message.lookUps + 1 });
    await postpone(tx, message.id, new Date(clock.nowMs() + lookUpDelayMs(message.lookUps + 1)));
  });
}

async function pickUnknown(
  tx: Tx,
  message: MessageRow,
  candidates: RemoteText[],
): Promise<RemoteText | null> {
  const named = candidates.find(({ reference }) => reference === message.id);
  if (named) return named;
  const nameless = candidates.filter(({ reference }) => reference === null);
  const known = await knownExternalIds(
    tx,
    message.provider!,
    nameless.map(({ messageId }) => messageId),
  );
  return nameless.find(({ messageId }) => !known.has(messageId)) ?? null;
}
