import { isoMillis } from '../../core/clock.ts';
import type { Answer, Call, Route } from '../../core/http.ts';
import { textAt } from '../../core/query.ts';
import type { Sandbox } from '../../core/sandbox.ts';
import { page } from '../shape.ts';

interface OptOut {
  profileId: string;
  /** Our number that was told to stop; the block is for the whole profile. */
  ours: string;
  handset: string;
  keyword: string;
  createdAt: string;
}

const KIND = 'telnyx_optout';

const idOf = (profileId: string, handset: string) => `${profileId} ${handset}`;

export const optOutRoutes: Route[] = [{ method: 'GET', path: '/messaging_optouts', handler: list }];

/** Whether a handset asked one of the profile's numbers to stop. */
export function isOptedOut(sb: Sandbox, profileId: string, handset: string): boolean {
  return sb.store.get(KIND, idOf(profileId, handset)) !== undefined;
}

export function optOut(sb: Sandbox, account: string, about: Omit<OptOut, 'createdAt'>): void {
  const optOut: OptOut = { ...about, createdAt: isoMillis(sb.clock.nowMs()) };
  sb.store.put(KIND, account, idOf(about.profileId, about.handset), optOut);
}

export function optIn(sb: Sandbox, profileId: string, handset: string): void {
  sb.store.remove(KIND, idOf(profileId, handset));
}

function list(call: Call): Answer {
  const profile = textAt(call.query, 'filter', 'messaging_profile_id');
  const from = textAt(call.query, 'filter', 'from');
  const [gte, lte] = ['gte', 'lte'].map((name) => Date.parse(textAt(call.query, 'created_at', name) ?? ''));
  const redacted = textAt(call.query, 'redaction_enabled') === 'true';
  const found = call.sb.store
    .list<OptOut>(KIND, call.account.id)
    .filter((entry) => profile === undefined || entry.profileId === profile)
    .filter((entry) => from === undefined || entry.ours === from)
    .filter((entry) => !(Date.parse(entry.createdAt) < (gte ?? Number.NaN)))
    .filter((entry) => !(Date.parse(entry.createdAt) > (lte ?? Number.NaN)));
  return page(
    call,
    found.reverse().map((entry) => ({
      to: redacted ? entry.handset.replace(/.{4}$/, '****') : entry.handset,
      from: entry.ours,
      messaging_profile_id: entry.profileId,
      created_at: entry.createdAt,
      keyword: entry.keyword,
    })),
  );
}
