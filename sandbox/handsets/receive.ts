import { getAccount } from '../core/accounts.ts';
import { uuid } from '../core/ids.ts';
import { ownerOf } from '../core/owned.ts';
import { changed, type Sandbox } from '../core/sandbox.ts';
import { touchHandset } from '../core/texts/handsets.ts';
import { TEXT_ARRIVAL } from '../core/texts/lifecycle.ts';
import type { StoredMedia } from '../core/texts/media.ts';
import { addText, getText, type Text } from '../core/texts/model.ts';
import { segmentsOf } from '../core/texts/segments.ts';
import { receiveOnTelnyx } from '../telnyx/messages/inbound.ts';
import { receiveOnTwilio } from '../twilio/messages/inbound.ts';

/** What somebody writes on a handset. */
export interface Written {
  from: string;
  to: string;
  text: string;
  media: StoredMedia[];
}

/** Carries a text from a handset to whoever has the number. */
export function receiveText(sb: Sandbox, { from, to, text, media }: Written): Text {
  const now = sb.clock.nowMs();
  const owner = getAccount(sb, ownerOf(sb, to) ?? '');
  if (ownerOf(sb, from) === undefined) touchHandset(sb, from);
  const draft = {
    account: owner?.id ?? '',
    direction: 'inbound' as const,
    origin: 'handset' as const,
    type: media.length > 0 ? ('MMS' as const) : ('SMS' as const),
    ...{ from, to, text, media, mediaUrls: [], ...segmentsOf(text) },
    status: 'received' as const,
    fate: null,
    listeners: [],
    ...{ createdAtMs: now, updatedAtMs: now, sentAtMs: null, completedAtMs: now, arrivedAtMs: null },
  };
  changed(sb);
  if (owner === undefined) {
    const nowhere = { id: uuid(), provider: 'telnyx' as const, price: null };
    return addText(sb, { ...draft, ...nowhere, problem: 'number_not_in_use' });
  }
  return owner.provider === 'telnyx' ? receiveOnTelnyx(sb, draft) : receiveOnTwilio(sb, draft);
}

/** Teaches the task runner to hand texts over between numbers of customers. */
export function registerArrivals(sb: Sandbox): void {
  sb.tasks.handle(TEXT_ARRIVAL, (body) => () => {
    const text = getText(sb, (body as { textId: string }).textId);
    if (text !== undefined) receiveText(sb, text);
  });
}
