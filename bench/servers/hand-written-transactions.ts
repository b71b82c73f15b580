// What one writes in an afternoon: Fastify, the token, a schema, one INSERT for each request, then the answer.
import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import pg from 'pg';
import { SUBMIT_PATH } from '../box-requests.ts';

const { DATABASE_URL, CALLBOX_TOKEN } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 12 });
await pool.query(`
  create table if not exists transactions (
    id uuid primary key, type text not null, phone_number text not null, amount bigint, pay_item_id text, customer_info jsonb not null,
    priority text not null, status text not null default 'pending', retry_count integer not null default 0,
    created_at timestamptz not null default now()
  );
  create index if not exists transactions_pending on transactions (created_at) where status = 'pending'`);
const INSERT = `insert into transactions (id, type, phone_number, amount, pay_item_id, customer_info, priority)
  values ($1, $2, $3, $4, $5, $6, $7)`;

const server = fastify();
const body = {
  type: 'object',
  required: ['type', 'phoneNumber', 'customerInfo'],
  properties: {
    type: { enum: ['recharge', 'voucher', 'deposit', 'withdraw'] },
    phoneNumber: { type: 'string', pattern: '^\\+[1-9][0-9]{5,14}$' },
    amount: { type: 'integer', minimum: 1 },
    payItemId: { type: 'string', maxLength: 100 },
    customerInfo: { type: 'object' },
    priority: { enum: ['low', 'normal', 'high', 'urgent'], default: 'normal' },
  },
};

interface Submitted {
  type: string;
  phoneNumber: string;
  amount?: number;
  payItemId?: string;
  customerInfo: unknown;
  priority: string;
}

server.post<{ Body: Submitted }>(SUBMIT_PATH, { schema: { body } }, async (request, reply) => {
  if (request.headers.authorization !== `Bearer ${CALLBOX_TOKEN}`)
    return reply.status(401).send({ success: false });
  const { type, phoneNumber, amount, payItemId, customerInfo, priority } = request.body;
  const id = randomUUID();
  const values = [id, type, phoneNumber, amount ?? null, payItemId ?? null, customerInfo, priority];
  await pool.query({ name: 'insert', text: INSERT, values });
  return reply
    .status(201)
    .send({ success: true, transactionId: id, transaction: { id, ...request.body, status: 'pending' } });
});
await server.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
