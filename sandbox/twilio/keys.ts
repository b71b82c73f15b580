/** A key of an account, which may be used in place of its token. */
export interface Key {
  sid: string;
  account: string;
  name: string | null;
  secret: string;
  createdAtMs: number;
}

export const KEY = 'twilio_key';
