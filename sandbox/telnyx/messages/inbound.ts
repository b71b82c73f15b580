import { adjustBalance } from '../../core/accounts.ts';
import { uuid } from '../../core/ids.ts';
import { negate } from '../../core/money.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { CONFIRMATIONS, wishOf } from '../../core/texts/keywords.ts';
import { addText, saveText, type Text } from '../../core/texts/model.ts';
import { inboundPrice } from '../../data/textPrices.ts';
import type { Resource } from '../crud.ts';
import { findNumber } from '../numbers/model.ts';
import { isOptedOut, optIn, optOut } from './optouts.ts';
import { MESSAGING_PROFILE, profileListeners, takeText, tellOf } from './send.ts';

/** Hands a handset's text over to the number's owner. `draft` is complete but for what Telnyx knows. */
export function receiveOnTelnyx(sb: Sandbox, draft: Omit<Text, 'id' | 'provider' | 'price'>): Text {
  const base = { ...draft, id: uuid(), provider: 'telnyx' as const };
  const number = findNumber(sb, draft.account, draft.to);
  if (number === undefined || !number.features.includes('sms'))
    return addText(sb, { ...base, account: '', price: null, problem: 'cannot_text' });
  const profile = sb.store.get<Resource>(MESSAGING_PROFILE, number.messagingProfileId ?? '');
  if (profile === undefined || profile.enabled === false)
    return addText(sb, { ...base, account: '', price: null, problem: 'no_profile' });
  const listeners = profileListeners(profile);
  const price = inboundPrice();
  adjustBalance(sb, draft.account, negate(price));
  const text = addText(sb, {
    ...{ ...base, price, listeners, profileId: profile.id },
    problem: listeners.length === 0 ? 'no_webhook' : undefined,
  });
  heed(sb, text, profile);
  const deliveryId = tellOf(sb, text, 'message.received');
  return deliveryId === undefined ? text : saveText(sb, { ...text, deliveryId });
}

/** Telnyx keeps the lists of those who want no more texts, profile by profile, and answers by itself. */
function heed(sb: Sandbox, text: Text, profile: Resource): void {
  const { account, from: handset, to: ours } = text;
  const asked = wishOf('telnyx', text.text);
  if (asked === undefined) return;
  const isOut = isOptedOut(sb, profile.id, handset);
  if (asked.wish !== 'help' && isOut === (asked.wish === 'stop')) return;
  const { keyword } = asked;
  if (asked.wish === 'stop') optOut(sb, account, { profileId: profile.id, ours, handset, keyword });
  if (asked.wish === 'start') optIn(sb, profile.id, handset);
  const words = CONFIRMATIONS.telnyx[asked.wish];
  const draft = { account, from: ours, to: handset, text: words, listeners: [], profileId: profile.id };
  takeText(sb, { ...draft, origin: 'provider' });
}
