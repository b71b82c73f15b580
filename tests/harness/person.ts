import { createHmac } from 'node:crypto';
import { type Answer, type Client, createClient } from './client.ts';

/** Somebody at a browser: keeps the cookies that the server sets, as a browser does. */
export interface Person extends Pick<Client, 'get' | 'post' | 'put' | 'patch' | 'delete'> {
  signIn(email: string, password: string): Promise<Answer>;
  /** The cookies kept now, as a Cookie header. */
  cookie(): string;
}

export function createPerson(baseUrl: string): Person {
  const jar = new Map<string, string>();
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');

  async function keep(answer: Promise<Answer>): Promise<Answer> {
    const { headers } = await answer;
    for (const line of headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      if (value === '' || /max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }
  const as = (extra: Record<string, string> = {}) =>
    createClient(baseUrl, { origin: baseUrl, cookie: cookie(), ...extra });
  const post: Person['post'] = (path, body, headers) => keep(as(headers).post(path, body));
  return {
    get: (path, headers) => keep(as(headers).get(path)),
    post,
    put: (path, body, headers) => keep(as(headers).put(path, body)),
    patch: (path, body, headers) => keep(as(headers).patch(path, body)),
    delete: (path, headers) => keep(as(headers).delete(path)),
    signIn: (email, password) => post('/api/auth/sign-in/email', { email, password }),
    cookie,
  };
}

/** A code as an authenticator application shows it (RFC 6238). @param steps of 30 seconds from now: -1, 0 and 1 are accepted. */
export function totp(totpURI: string, steps = 0): string {
  const key = fromBase32(new URL(totpURI).searchParams.get('secret')!);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = digest.at(-1)! & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}

/** Six digits that are no code of now. */
export function wrongTotp(totpURI: string): string {
  const right = new Set([-1, 0, 1, 2].map((steps) => totp(totpURI, steps)));
  return ['000000', '111111', '222222', '333333', '444444'].find((code) => !right.has(code))!;
}

function fromBase32(text: string): Buffer {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...text].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
