// What one writes in a week: Fastify, the signature check, and for each request the statements that it needs, in one transaction.
import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto';
import { parse } from 'node:querystring';
import fastify from 'fastify';
import pg from 'pg';
import twilio from 'twilio';
import { TELNYX_TEXTS_PATH, TWILIO_TEXTS_PATH } from '../text-requests.ts';

const { DATABASE_URL, PUBLIC_BASE_URL, TELNYX_PUBLIC_KEY = '', TWILIO_AUTH_TOKEN = '' } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 12 });
await pool.query(`
  create table if not exists api_keys (secret_hash text primary key, company_id uuid not null, name text not null);
  create table if not exists numbers (phone_number text primary key, id uuid not null, company_id uuid not null);
  create table if not exists contacts (
    id uuid primary key, company_id uuid not null, phone_number text not null, name text not null default '',
    unique (company_id, phone_number)
  );
  create table if not exists conversations (
    id uuid primary key, company_id uuid not null, contact_id uuid not null references contacts (id), number_id uuid not null,
    status text not null default 'open', unread_count integer not null default 0, last_body text not null default '',
    last_direction text, last_activity_at timestamptz not null default now()
  );
  create unique index if not exists conversations_one_open on conversations (company_id, contact_id) where status = 'open';
  create index if not exists conversations_by_status on conversations (company_id, status, last_activity_at desc, id desc);
  create table if not exists messages (
    id uuid primary key, company_id uuid not null, conversation_id uuid not null references conversations (id),
    direction text not null, status text not null, from_number text not null, to_number text not null, body text not null,
    provider text not null, external_id text, idempotency_key text, created_at timestamptz not null default now(),
    unique (provider, external_id), unique (company_id, idempotency_key)
  );
  create index if not exists messages_of_conversation on messages (conversation_id, created_at desc);
  create table if not exists outbox (message_id uuid primary key references messages (id), next_attempt_at timestamptz not null)`);
const publicKey = createPublicKey({
  key: Buffer.concat([
    Buffer.from('302a300506032b6570032100', 'hex'),
    Buffer.from(TELNYX_PUBLIC_KEY, 'base64'),
  ]),
  format: 'der',
  type: 'spki',
});

interface Inbound {
  provider: string;
  externalId: string;
  from: string;
  to: string;
  text: string;
}

async function transact<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

/** Contact and open conversation found or made, the text stored once, the conversation's state kept. */
function receive({ provider, externalId, from, to, text }: Inbound): Promise<void> {
  return transact(async (client) => {
    const number = await client.query('select id, company_id from numbers where phone_number = $1', [to]);
    const { id: numberId, company_id: companyId } = number.rows[0];
    await client.query(
      'insert into contacts (id, company_id, phone_number) values ($1, $2, $3) on conflict do nothing',
      [randomUUID(), companyId, from],
    );
    const contact = await client.query(
      'select id from contacts where company_id = $1 and phone_number = $2',
      [companyId, from],
    );
    const contactId = contact.rows[0].id;
    await client.query(
      `insert into conversations (id, company_id, contact_id, number_id) values ($1, $2, $3, $4)
      on conflict (company_id, contact_id) where status = 'open' do nothing`,
      [randomUUID(), companyId, contactId, numberId],
    );
    const conversation = await client.query(
      `select id from conversations where company_id = $1 and contact_id = $2 and status = 'open' for update`,
      [companyId, contactId],
    );
    const conversationId = conversation.rows[0].id;
    const inserted = await client.query(
      `insert into messages (id, company_id, conversation_id, direction, status, from_number, to_number, body, provider, external_id)
      values ($1, $2, $3, 'inbound', 'received', $4, $5, $6, $7, $8) on conflict do nothing`,
      [randomUUID(), companyId, conversationId, from, to, text, provider, externalId],
    );
    if (inserted.rowCount === 0) return;
    await client.query(
      `update conversations set unread_count = unread_count + 1, last_body = $2, last_direction = 'inbound', last_activity_at = now()
      where id = $1`,
      [conversationId, text],
    );
  });
}

async function companyOf(key: unknown): Promise<string | null> {
  const hash = createHash('sha256').update(String(key)).digest('hex');
  const { rows } = await pool.query('select company_id from api_keys where secret_hash = $1', [hash]);
  return rows[0]?.company_id ?? null;
}

const server = fastify();
server.removeContentTypeParser('text/plain');
server.register(async (scope) => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  scope.post(TELNYX_TEXTS_PATH, async (request, reply) => {
    const body = request.body as Buffer;
    const timestamp = String(request.headers['telnyx-timestamp']);
    const signature = Buffer.from(String(request.headers['telnyx-signature-ed25519']), 'base64');
    const fresh = Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300;
    if (!fresh || !verify(null, Buffer.concat([Buffer.from(`${timestamp}|`), body]), publicKey, signature))
      return reply.status(401).send({ success: false });
    const { payload } = (JSON.parse(body.toString()) as { data: { payload: Record<string, never> } }).data;
    const { id, from, to, text } = payload as unknown as {
      id: string;
      from: { phone_number: string };
      to: { phone_number: string }[];
      text: string;
    };
    await receive({
      provider: 'telnyx',
      externalId: id,
      from: from.phone_number,
      to: to[0]!.phone_number,
      text,
    });
    return { success: true };
  });

  scope.post(TWILIO_TEXTS_PATH, async (request, reply) => {
    const params = parse((request.body as Buffer).toString()) as Record<string, string>;
    const signature = String(request.headers['x-twilio-signature']);
    if (!twilio.validateRequest(TWILIO_AUTH_TOKEN, signature, `${PUBLIC_BASE_URL}${request.url}`, params))
      return reply.status(401).send({ success: false });
    const { MessageSid: externalId = '', From: from = '', To: to = '', Body: text = '' } = params;
    await receive({ provider: 'twilio', externalId, from, to, text });
    return reply.type('text/xml').send('<Response/>');
  });
});

server.get<{ Querystring: { limit?: string; cursor?: string } }>(
  '/inbox/conversations',
  async (request, reply) => {
    const companyId = await companyOf(request.headers['x-api-key']);
    if (!companyId) return reply.status(401).send({ success: false });
    const limit = Number(request.query.limit ?? 50);
    const skipped = Number(request.query.cursor ?? 0);
    const { rows } = await pool.query(
      `select c.id, c.status, c.unread_count, c.last_body, c.last_direction, c.last_activity_at, p.name, p.phone_number
      from conversations c join contacts p on p.id = c.contact_id where c.company_id = $1 and c.status = 'open'
      order by c.last_activity_at desc, c.id desc limit $2 offset $3`,
      [companyId, limit, skipped],
    );
    const nextCursor = rows.length === limit ? String(skipped + limit) : null;
    return { success: true, conversations: rows, nextCursor };
  },
);

server.post<{ Params: { id: string }; Body: { text: string } }>(
  '/inbox/conversations/:id/messages',
  async (request, reply) => {
    const companyId = await companyOf(request.headers['x-api-key']);
    if (!companyId) return reply.status(401).send({ success: false });
    const { id: conversationId } = request.params;
    const message = await transact(async (client) => {
      const found = await client.query(
        `select n.phone_number as from_number, p.phone_number as to_number from conversations c
        join contacts p on p.id = c.contact_id join numbers n on n.id = c.number_id
        where c.id = $1 and c.company_id = $2 and c.status = 'open' for update of c`,
        [conversationId, companyId],
      );
      if (!found.rows[0]) return null;
      const { rows } = await client.query(
        `insert into messages (id, company_id, conversation_id, direction, status, from_number, to_number, body, provider, idempotency_key)
        values ($1, $2, $3, 'outbound', 'queued', $4, $5, $6, 'twilio', $7) on conflict do nothing returning *`,
        [
          ...[randomUUID(), companyId, conversationId, found.rows[0].from_number, found.rows[0].to_number],
          ...[request.body.text, request.headers['idempotency-key'] ?? null],
        ],
      );
      if (!rows[0]) return null;
      await client.query('insert into outbox (message_id, next_attempt_at) values ($1, now())', [rows[0].id]);
      await client.query(
        `update conversations set unread_count = 0, last_body = $2, last_direction = 'outbound', last_activity_at = now() where id = $1`,
        [conversationId, request.body.text],
      );
      return rows[0];
    });
    if (!message) return reply.status(404).send({ success: false });
    return reply.status(201).send({ success: true, message, replayed: false });
  },
);

await server.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
