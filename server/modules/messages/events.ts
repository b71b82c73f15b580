import { createBatcher } from '../../kernel/batch.ts';
import { type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import {
  assignCompany,
  type InboundText,
  newsOf,
  type ProviderEvent,
  type RemoteText,
} from '../providers/index.ts';
import { acceptTexts } from './accept.ts';
import { automaticDraft } from './drafts.ts';
import { applyReceiptsOf } from './receipts.ts';
import { type Arrival, receiveTexts } from './receive.ts';
import { routesOf } from './routing.ts';
import { nudgeSenders, stateOf } from './state.ts';
import { keepUnroutable } from './unroutable-store.ts';

/** A provider event about a text, read. */
export interface EventItem {
  event: ProviderEvent;
  news: { kind: 'text_received'; text: InboundText } | { kind: 'text_status'; text: RemoteText };
}

export type EventOutcome = 'handled' | 'ignored' | Error;

const BATCH_MAX = 200;

/** Acts on what a provider tells about texts. Events that arrive together share transactions, company by company. */
export async function onTextEvent(kernel: Kernel, event: ProviderEvent): Promise<'handled' | 'ignored'> {
  const news = newsOf(event);
  if (news.kind !== 'text_received' && news.kind !== 'text_status') return 'ignored';
  const state = stateOf(kernel);
  state.events ??= createBatcher((items: EventItem[]) => actOnAll(kernel, items), { itemsMax: BATCH_MAX });
  const outcome = await state.events.add({ event, news });
  if (outcome instanceof Error) throw outcome;
  return outcome;
}

/** Together first; when that fails, one by one, so that a single bad event does not hold up the others. */
async function actOnAll(kernel: Kernel, items: EventItem[]): Promise<EventOutcome[]> {
  try {
    return await actTogether(kernel, items);
  } catch (error) {
    if (items.length === 1) return [error as Error];
    const outcomes: EventOutcome[] = [];
    for (const item of items) outcomes.push(...(await actOnAll(kernel, [item])));
    return outcomes;
  }
}

async function actTogether(kernel: Kernel, items: EventItem[]): Promise<EventOutcome[]> {
  const outcomes: EventOutcome[] = items.map(() => 'handled');
  const arrivals = items.flatMap(({ event, news }) =>
    news.kind === 'text_received' ? [{ event, text: news.text }] : [],
  );
  if (arrivals.length > 0) await receiveAll(kernel, arrivals);
  const places: number[] = [];
  const receipts = items.flatMap(({ event, news }, index) => {
    if (news.kind !== 'text_status') return [];
    places.push(index);
    return [{ event, text: news.text }];
  });
  if (receipts.length > 0) {
    const handled = await applyReceiptsOf(kernel, receipts);
    for (const [index, outcome] of handled.entries()) outcomes[places[index]!] = outcome;
  }
  return outcomes;
}

async function receiveAll(
  kernel: Kernel,
  arrivals: { event: ProviderEvent; text: InboundText }[],
): Promise<void> {
  const routes = await inSystem(kernel.db, async (tx) => {
    const found = await routesOf(tx, arrivals);
    await assignCompany(
      tx,
      found.flatMap(({ companyId }, index) =>
        companyId ? [{ eventId: arrivals[index]!.event.id, companyId }] : [],
      ),
    );
    await keepUnroutable(
      tx,
      found.flatMap((route, index) => (route.kind === 'unroutable' ? [{ ...arrivals[index]!, route }] : [])),
    );
    return found;
  });
  const byCompany = new Map<string, Arrival[]>();
  for (const [index, route] of routes.entries()) {
    if (route.kind !== 'routed') continue;
    const { event, text } = arrivals[index]!;
    const mine = byCompany.get(route.companyId) ?? [];
    byCompany.set(route.companyId, [
      ...mine,
      { integration: route.integration, text, receivedAt: event.receivedAt },
    ]);
  }
  for (const [companyId, mine] of byCompany) await receiveForCompany(kernel, companyId, mine);
}

/** Takes texts of one company in, and answers keywords, in one transaction. */
export async function receiveForCompany(
  kernel: Kernel,
  companyId: string,
  arrivals: Arrival[],
): Promise<void> {
  const ctx = systemCtx(kernel, companyId, 'messages.receive');
  const answered = await transact(ctx, async (tx) => {
    const answers = await receiveTexts(ctx, tx, arrivals);
    if (answers.length === 0) return false;
    await acceptTexts(
      ctx,
      tx,
      answers.map((answer) => automaticDraft(ctx, answer)),
    );
    return true;
  });
  if (answered) nudgeSenders(kernel);
}
