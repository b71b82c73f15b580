import { getAccount } from '../../core/accounts.ts';
import { bindLine, closeLine, type Line } from '../../core/calls/lines.ts';
import { sid } from '../../core/ids.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { type IncomingNumber, incomingNumber } from '../incoming.ts';
import { APPLICATION } from '../resources.ts';
import { methodOf } from './attributes.ts';
import { fetchDocument } from './documents.ts';
import { type Address, addLeg } from './model.ts';

/** A handset calls a number of an account: its address says what happens. */
export function receiveCall(sb: Sandbox, line: Line): void {
  const number = incomingNumber(sb, line.account, line.peer);
  if (number?.capabilities.voice !== true) {
    closeLine(sb, line, 'This number takes no calls.', 'failed');
    return;
  }
  const isPoor = Number(getAccount(sb, line.account)?.balance ?? 0) <= 0;
  const settings = settingsOf(sb, number);
  const address = addressAt(settings, 'voice_url', 'voice_method');
  if (isPoor || address === null) {
    const why = isPoor ? 'The account is not active (10003).' : 'The number has no voice URL.';
    closeLine(sb, line, why, 'failed');
    return;
  }
  const status = addressAt(settings, 'status_callback', 'status_callback_method');
  const leg = addLeg(sb, {
    ...{ sid: sid('CA'), account: line.account, direction: 'inbound', from: line.handset, to: line.peer },
    ...{ numberSid: number.sid, status: 'ringing', startedAtMs: sb.clock.nowMs() },
    listener: status === null ? null : { ...status, events: ['completed'] },
  });
  bindLine(sb, line, leg.sid);
  fetchDocument(sb, leg, {
    address,
    fallback: addressAt(settings, 'voice_fallback_url', 'voice_fallback_method'),
  });
}

/** The number's application goes before the number itself. */
function settingsOf(sb: Sandbox, number: IncomingNumber): Record<string, unknown> {
  const application = number.voice_application_sid;
  const found =
    application === null ? undefined : sb.store.get<Record<string, unknown>>(APPLICATION, application);
  return found ?? number;
}

function addressAt(settings: Record<string, unknown>, url: string, method: string): Address | null {
  const address = settings[url];
  if (typeof address !== 'string' || address === '') return null;
  return { url: address, method: methodOf(String(settings[method])) };
}
