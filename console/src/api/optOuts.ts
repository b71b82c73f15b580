import { type Query, request } from './client.ts';
import type { OptOut } from './textTypes.ts';

interface OptOutList {
  opt_outs: OptOut[];
  nextCursor: string | null;
}

export const optOuts = {
  /** The latest entry of each number. */
  list: (query: Query) => request<OptOutList>('/inbox/opt-outs', { query }),
  /** Every entry of one number: the proof. */
  of: (phoneNumber: string) =>
    request<OptOutList>('/inbox/opt-outs', { query: { phone_number: phoneNumber, limit: 200 } }),
  add: (body: { phone_number: string; state: OptOut['state']; note: string }) =>
    request<{ opt_out: OptOut }>('/inbox/opt-outs', { method: 'POST', body }),
};
