// What one writes in an afternoon: Fastify, the signature check, one INSERT for each event, and TwiML that is always the same.
import { createPublicKey, verify } from 'node:crypto';
import { parse } from 'node:querystring';
import fastify from 'fastify';
import pg from 'pg';
import twilio from 'twilio';
import { STATUS_PATH, TELNYX_CALLS_PATH, VOICE_PATH } from '../call-requests.ts';

const { DATABASE_URL, PUBLIC_BASE_URL, TELNYX_PUBLIC_KEY = '', TWILIO_AUTH_TOKEN = '' } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 12 });
await pool.query(`
  create table if not exists calls (
    id bigint generated always as identity primary key, external_id text not null, provider text not null, from_number text not null,
    to_number text not null, status text not null, duration_seconds integer, created_at timestamptz not null default now()
  );
  create index if not exists calls_external on calls (external_id)`);
const publicKey = createPublicKey({
  key: Buffer.concat([
    Buffer.from('302a300506032b6570032100', 'hex'),
    Buffer.from(TELNYX_PUBLIC_KEY, 'base64'),
  ]),
  format: 'der',
  type: 'spki',
});

const STATUSES: Record<string, string> = {
  ...{ ringing: 'RINGING', 'in-progress': 'IN_PROGRESS', completed: 'COMPLETED' },
  ...{ 'call.initiated': 'RINGING', 'call.answered': 'IN_PROGRESS', 'call.hangup': 'COMPLETED' },
};

/** What was told is kept, and whoever wants to know how a call stands reads all of it. */
function apply(
  provider: string,
  externalId: string,
  from: string,
  to: string,
  word: string,
  seconds: number | null,
) {
  return pool.query(
    `insert into calls (external_id, provider, from_number, to_number, status, duration_seconds) values ($1, $2, $3, $4, $5, $6)`,
    [externalId, provider, from, to, STATUSES[word] ?? 'FAILED', seconds],
  );
}

const TWIML =
  '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="fr-FR">Veuillez laisser un message après le bip.</Say><Record maxLength="60"/></Response>';

const server = fastify();
server.register(async (scope) => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  scope.post(TELNYX_CALLS_PATH, async (request, reply) => {
    const body = request.body as Buffer;
    const timestamp = String(request.headers['telnyx-timestamp']);
    const signature = Buffer.from(String(request.headers['telnyx-signature-ed25519']), 'base64');
    const fresh = Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300;
    if (!fresh || !verify(null, Buffer.concat([Buffer.from(`${timestamp}|`), body]), publicKey, signature))
      return reply.status(401).send({ success: false });
    const { data } = JSON.parse(body.toString()) as {
      data: { event_type: string; payload: { call_control_id: string; from: string; to: string } };
    };
    const { call_control_id, from, to } = data.payload;
    await apply('telnyx', call_control_id, from, to, data.event_type, null);
    return { success: true };
  });

  for (const path of [VOICE_PATH, STATUS_PATH])
    scope.post(path, async (request, reply) => {
      const params = parse((request.body as Buffer).toString()) as Record<string, string>;
      const signature = String(request.headers['x-twilio-signature']);
      if (!twilio.validateRequest(TWILIO_AUTH_TOKEN, signature, `${PUBLIC_BASE_URL}${request.url}`, params))
        return reply.status(401).send({ success: false });
      const { CallSid = '', From = '', To = '', CallStatus = '', CallDuration } = params;
      await apply('twilio', CallSid, From, To, CallStatus, CallDuration ? Number(CallDuration) : null);
      return reply.type('text/xml').send(path === VOICE_PATH ? TWIML : '<Response/>');
    });
});

await server.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
