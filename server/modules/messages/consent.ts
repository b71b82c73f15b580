import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { companyProfile } from '../identity/index.ts';
import { eventLine } from './lines.ts';
import { insertMessages, type MessageRow, type NewMessage } from './messages-store.ts';
import { type ConsentState, consentAfter, type KeywordMatch } from './model.ts';
import { insertOptOuts, lastWords, type NewOptOut, optedOut } from './opt-outs-store.ts';
import { answerFor } from './settings.ts';
import { findSettings } from './settings-store.ts';

/** A text that consists of a keyword. */
export interface HeardKeyword {
  match: KeywordMatch;
  message: MessageRow;
  conversationId: string;
}

/** What is said back by itself, through the number that was texted. */
export interface AutoAnswer {
  conversationId: string;
  integrationId: string;
  text: string;
  /** May reach somebody who wants no more texts: it tells just that. */
  isConfirmation: boolean;
}

/**
 * Writes what people asked for with a keyword into the ledger, with the text as proof, and into their thread.
 * @returns what is to be answered; nothing where the providers answer by themselves.
 */
export async function hearKeywords(ctx: CompanyCtx, tx: Tx, heard: HeardKeyword[]): Promise<AutoAnswer[]> {
  if (heard.length === 0) return [];
  const out = await optedOut(
    tx,
    heard.map(({ message }) => message.fromNumber),
  );
  const last = await lastWords(
    tx,
    heard.map(({ message }) => message.fromNumber),
  );
  const entries: NewOptOut[] = [];
  const answered: HeardKeyword[] = [];
  const lines: NewMessage[] = [];
  for (const each of heard) {
    const { match, message, conversationId } = each;
    // A text that is found days later says what its sender wanted then: what they have said since holds.
    if (isOlder(message, last.get(message.fromNumber))) continue;
    const before: ConsentState = out.has(message.fromNumber) ? 'out' : 'in';
    const state = consentAfter(match.keyword, before);
    // Whoever says it again is not told again: two programs would answer each other for ever.
    if (match.keyword === 'help' || state !== before) answered.push(each);
    if (state === before) continue;
    if (state === 'out') out.add(message.fromNumber);
    else out.delete(message.fromNumber);
    entries.push(entryOf(ctx, message, state, match.word));
    lines.push(
      eventLine(ctx, conversationId, { name: state === 'out' ? 'opted_out' : 'opted_in', to: match.word }),
    );
  }
  await insertOptOuts(tx, entries);
  await insertMessages(tx, lines);
  for (const { id } of entries) await publish(tx, ctx.companyId, 'opt_out', id);
  return answersTo(tx, answered);
}

const isOlder = ({ createdAt }: MessageRow, last: Date | undefined) => last !== undefined && createdAt < last;

function entryOf(ctx: CompanyCtx, message: MessageRow, state: ConsentState, word: string): NewOptOut {
  return {
    id: newId(ctx.kernel.clock),
    companyId: ctx.companyId,
    phoneNumber: message.fromNumber,
    state,
    source: 'message',
    keyword: word,
    messageId: message.id,
    providerCode: null,
    note: '',
    actorName: message.fromNumber,
    createdAt: ctx.kernel.clock.now(),
  };
}

async function answersTo(tx: Tx, heard: HeardKeyword[]): Promise<AutoAnswer[]> {
  const settings = await findSettings(tx);
  const { name: company } = await companyProfile(tx);
  return heard.flatMap(({ match, message, conversationId }) => {
    const text =
      message.provider && match.answeredBy.includes(message.provider)
        ? ''
        : answerFor(match, settings, company);
    if (!text || !message.integrationId) return [];
    const isConfirmation = match.keyword !== 'help';
    return [{ conversationId, integrationId: message.integrationId, text, isConfirmation }];
  });
}

/** The provider refused a text because the person wants none: that is proof too. */
export async function noteProviderOptOut(
  ctx: CompanyCtx,
  tx: Tx,
  text: { messageId: string; conversationId: string; toNumber: string; providerCode: string | null },
): Promise<void> {
  const known = await optedOut(tx, [text.toNumber]);
  if (known.has(text.toNumber)) return;
  const id = newId(ctx.kernel.clock);
  await insertOptOuts(tx, [
    {
      id,
      companyId: ctx.companyId,
      phoneNumber: text.toNumber,
      state: 'out',
      source: 'provider',
      keyword: null,
      messageId: text.messageId,
      providerCode: text.providerCode,
      note: '',
      actorName: ctx.actor.name,
      createdAt: ctx.kernel.clock.now(),
    },
  ]);
  await insertMessages(tx, [
    eventLine(ctx, text.conversationId, { name: 'opted_out', to: text.providerCode }),
  ]);
  await publish(tx, ctx.companyId, 'opt_out', id);
}
