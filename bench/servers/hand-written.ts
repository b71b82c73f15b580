// What one writes in an afternoon: Fastify, the signature check, one INSERT for each request, then the answer.
import { createPublicKey, verify } from 'node:crypto';
import { parse } from 'node:querystring';
import fastify from 'fastify';
import pg from 'pg';
import twilio from 'twilio';
import { TELNYX_PATH, TWILIO_PATH } from '../requests.ts';

const { DATABASE_URL, PUBLIC_BASE_URL, TELNYX_PUBLIC_KEY = '', TWILIO_AUTH_TOKEN = '' } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 12 });
await pool.query(`
  create table if not exists webhook_events (
    id bigint generated always as identity primary key,
    provider text not null,
    event_id text not null,
    payload text not null,
    received_at timestamptz not null default now(),
    status text not null default 'received',
    unique (provider, event_id)
  )`);
const INSERT =
  'insert into webhook_events (provider, event_id, payload) values ($1, $2, $3) on conflict do nothing';
const publicKey = createPublicKey({
  key: Buffer.concat([
    Buffer.from('302a300506032b6570032100', 'hex'),
    Buffer.from(TELNYX_PUBLIC_KEY, 'base64'),
  ]),
  format: 'der',
  type: 'spki',
});

const server = fastify();
server.removeAllContentTypeParsers();
server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

server.post(TELNYX_PATH, async (request, reply) => {
  const body = request.body as Buffer;
  const timestamp = String(request.headers['telnyx-timestamp']);
  const signature = Buffer.from(String(request.headers['telnyx-signature-ed25519']), 'base64');
  const signed = Buffer.concat([Buffer.from(`${timestamp}|`), body]);
  const fresh = Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300;
  if (!fresh || !verify(null, signed, publicKey, signature))
    return reply.status(401).send({ success: false });
  const text = body.toString();
  await pool.query(INSERT, ['telnyx', (JSON.parse(text) as { data: { id: string } }).data.id, text]);
  return { success: true };
});

server.post(TWILIO_PATH, async (request, reply) => {
  const params = parse((request.body as Buffer).toString()) as Record<string, string>;
  const signature = String(request.headers['x-twilio-signature']);
  if (!twilio.validateRequest(TWILIO_AUTH_TOKEN, signature, `${PUBLIC_BASE_URL}${request.url}`, params))
    return reply.status(401).send({ success: false });
  await pool.query(INSERT, ['twilio', signature, JSON.stringify(params)]);
  return { success: true };
});

await server.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
