import { createAccount, getAccount, listAccounts, START_BALANCE, saveAccount } from '../core/accounts.ts';
import { LINE_ACT } from '../core/calls/lines.ts';
import { CALL_STEPS, CALL_TIMERS } from '../core/calls/pace.ts';
import { putFault, removeFault } from '../core/faults.ts';
import { changed, type Sandbox } from '../core/sandbox.ts';
import { TEXT_ARRIVAL, TEXT_STEPS } from '../core/texts/lifecycle.ts';
import { isWebhookTask, replayWebhook } from '../core/webhooks.ts';
import {
  approveGroup,
  declineGroup,
  GROUP,
  GROUP_REVIEW,
  type Group,
  groupView,
} from '../telnyx/groups/model.ts';
import { ORDER, type Order, orderView } from '../telnyx/orders/model.ts';
import { ORDER_REVIEW, reviewOrder, type Verdict } from '../telnyx/orders/review.ts';
import { ANNOUNCEMENT, VOICE_ANSWER } from '../twilio/calls/documents.ts';
import { TWIML_ANSWER } from '../twilio/messages/inbound.ts';
import { BUNDLE, type Bundle } from '../twilio/regulatory/model.ts';
import { approveBundle, BUNDLE_REVIEW, rejectBundle } from '../twilio/regulatory/review.ts';
import { accountView } from './state.ts';

/** What an action came to; `undefined` stands for "there is no such thing". */
type Result = Record<string, unknown> | undefined;

const REVIEWS = [
  ORDER_REVIEW,
  GROUP_REVIEW,
  BUNDLE_REVIEW,
  ...Object.values(TEXT_STEPS),
  TEXT_ARRIVAL,
  TWIML_ANSWER,
  LINE_ACT,
  ...Object.values(CALL_STEPS),
  VOICE_ANSWER,
  ANNOUNCEMENT,
];

/** Webhooks bring answers, and answers bring webhooks; two that answer each other are stopped here. */
const ROUNDS_MAX = 10;

/**
 * Finishes every review, order, text and step of a call that waits; with `webhooks`, also sends what waits to be sent. With
 * `timers`, phones have rung long enough, and nobody pressed a key.
 */
export async function advance(
  sb: Sandbox,
  { webhooks, timers }: { webhooks: boolean; timers: boolean },
): Promise<Result> {
  let [reviews, sent] = [0, 0];
  if (timers) await sb.tasks.runNow((task) => Object.values(CALL_TIMERS).includes(task.kind));
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    reviews += await sb.tasks.runNow((task) => REVIEWS.includes(task.kind));
    const delivered = webhooks ? await sb.tasks.runNow(isWebhookTask) : 0;
    sent += delivered;
    if (delivered === 0) break;
  }
  changed(sb);
  return { reviews, webhooks: sent };
}

/** Ends an order as asked, whatever its paperwork and faults. */
export function decideOrder(sb: Sandbox, id: string, verdict: Verdict): Result {
  if (sb.store.get<Order>(ORDER, id) === undefined) return undefined;
  sb.store.transaction(() => reviewOrder(sb, id, verdict));
  return orderView(sb, sb.store.get<Order>(ORDER, id) as Order);
}

/** Approves or declines a group, whatever its state. */
export function decideGroup(sb: Sandbox, id: string, reason: string | undefined): Result {
  const group = sb.store.get<Group>(GROUP, id);
  if (group === undefined) return undefined;
  const decide = () => (reason === undefined ? approveGroup(sb, group) : declineGroup(sb, group, reason));
  return groupView(sb.store.transaction(decide));
}

/** Approves or rejects a bundle, whatever its state. */
export function decideBundle(sb: Sandbox, sid: string, reason: string | undefined): Result {
  const bundle = sb.store.get<Bundle>(BUNDLE, sid);
  if (bundle === undefined) return undefined;
  return {
    ...sb.store.transaction(() =>
      reason === undefined ? approveBundle(sb, bundle) : rejectBundle(sb, bundle, reason),
    ),
  };
}

export function replay(sb: Sandbox, id: string): Result {
  const copy = sb.store.transaction(() => replayWebhook(sb, id));
  changed(sb);
  return copy === undefined ? undefined : { ...copy };
}

/** Makes an account and shows its keys, this once. */
export function addAccount(
  sb: Sandbox,
  provider: 'telnyx' | 'twilio',
  name: string,
  balance: string | undefined,
): Result {
  const account = createAccount(sb, provider, name, balance);
  changed(sb);
  return provider === 'telnyx'
    ? {
        id: account.id,
        provider,
        name,
        balance: account.balance,
        apiKey: account.secret,
        publicKey: account.publicKey,
      }
    : {
        id: account.id,
        provider,
        name,
        balance: account.balance,
        accountSid: account.id,
        authToken: account.secret,
      };
}

export function setBalance(sb: Sandbox, id: string, balance: string): Result {
  const account = getAccount(sb, id);
  if (account === undefined) return undefined;
  const next = { ...account, balance };
  saveAccount(sb, next);
  changed(sb);
  return accountView(next);
}

export function setFault(sb: Sandbox, fault: Parameters<typeof putFault>[1]): Result {
  const saved = putFault(sb, fault);
  changed(sb);
  return { ...saved };
}

export function dropFault(sb: Sandbox, id: string): Result {
  removeFault(sb, id);
  changed(sb);
  return { removed: id };
}

/** Forgets everything but the accounts and their keys; their balances start anew. */
export function reset(sb: Sandbox): Result {
  sb.store.transaction(() => {
    sb.store.clear(['account']);
    for (const account of listAccounts(sb)) saveAccount(sb, { ...account, balance: START_BALANCE });
  });
  changed(sb);
  return { reset: true };
}
