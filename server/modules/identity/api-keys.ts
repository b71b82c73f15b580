import { sha256 } from '../../kernel/crypto.ts';
import { type CompanyCtx, type Kernel, transact } from '../../kernel/ctx.ts';
import { sql, type Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { newId, newSecret } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { audit } from './audit.ts';
import type { Permission } from './model.ts';
import type { Runner } from './store.ts';

/** What all our API keys begin with, so that secret scanners and people know them. */
export const KEY_PREFIX = 'rl_';
const SHOWN_CHARS = 10;
const CACHE_MS = 5_000;
const CACHE_MAX = 10_000;
const USE_NOTED_EVERY_MS = 60_000;

export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  scopes: Permission[];
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  createdByName: string;
}

/** An API key as a request presents it. */
export interface PresentedKey {
  id: string;
  companyId: string;
  name: string;
  scopes: Permission[];
  expiresAt: Date | null;
  lastUsedAt: Date | null;
}

export interface NewApiKey {
  name: string;
  scopes: Permission[];
  expiresAt?: Date | null;
}

/** Makes an API key of 256 random bits; the secret is told once and kept as a hash. */
export async function createApiKey(
  ctx: CompanyCtx,
  wanted: NewApiKey,
): Promise<{ apiKey: ApiKey; secret: string }> {
  const { clock } = ctx.kernel;
  const now = clock.now();
  const expiresAt = wanted.expiresAt ?? null;
  if (expiresAt && expiresAt <= now)
    fail('invalid_request', { reason: 'expiresAt: choose an instant in the future' });
  const secret = `${KEY_PREFIX}${newSecret()}`;
  const apiKey: ApiKey = {
    id: newId(clock),
    name: wanted.name,
    prefix: secret.slice(0, SHOWN_CHARS),
    scopes: [...new Set(wanted.scopes)],
    createdAt: now,
    expiresAt,
    lastUsedAt: null,
    createdByName: ctx.actor.name,
  };
  await transact(ctx, async (tx) => {
    await sql`
      insert into api_keys (id, company_id, name, prefix, secret_hash, scopes, created_by_id, created_by_name, created_at, expires_at)
      values (${apiKey.id}, ${ctx.companyId}, ${apiKey.name}, ${apiKey.prefix}, ${sha256(secret)}, ${apiKey.scopes}, ${ctx.actor.id},
        ${ctx.actor.name}, ${now}, ${expiresAt})`.execute(tx);
    const changes = {
      name: { from: null, to: apiKey.name },
      scopes: { from: null, to: apiKey.scopes },
      expiresAt: { from: null, to: expiresAt },
    };
    await audit(tx, ctx, { action: 'api_key.created', entityType: 'api_key', entityId: apiKey.id, changes });
    await publish(tx, ctx.companyId, 'api_key', apiKey.id);
  });
  return { apiKey, secret };
}

/** The company's keys that are not revoked, newest first. */
export function listApiKeys(ctx: CompanyCtx): Promise<ApiKey[]> {
  return transact(ctx, async (tx) => {
    const { rows } = await sql<ApiKey>`
      select id, name, prefix, scopes, created_at, expires_at, last_used_at, created_by_name
      from api_keys where revoked_at is null order by id desc`.execute(tx);
    return rows;
  });
}

/** Revokes a key: it stops working within seconds, everywhere. */
export function revokeApiKey(ctx: CompanyCtx, id: string): Promise<void> {
  return transact(ctx, async (tx) => {
    const name = await markRevoked(tx, id, ctx.kernel.clock.now());
    if (name === null) fail('not_found', { what: 'api key' });
    await audit(tx, ctx, {
      action: 'api_key.revoked',
      entityType: 'api_key',
      entityId: id,
      changes: { name: { from: name, to: null } },
    });
    await publish(tx, ctx.companyId, 'api_key', id);
  });
}

async function markRevoked(tx: Tx, id: string, now: Date): Promise<string | null> {
  const { rows } = await sql<{ name: string }>`
    update api_keys set revoked_at = ${now} where id = ${id} and revoked_at is null returning name`.execute(
    tx,
  );
  return rows[0]?.name ?? null;
}

export async function scopesOf(db: Runner, id: string): Promise<Permission[]> {
  const { rows } = await sql<{ scopes: Permission[] }>`select scopes from api_keys where id = ${id}`.execute(
    db,
  );
  return rows[0]?.scopes ?? [];
}

/**
 * Finds keys by their secrets. A found key is kept in memory for five seconds, which is how late a revocation may bite;
 * its use is noted in the database once a minute.
 */
export function createKeyFinder(kernel: Kernel): (secret: string) => Promise<PresentedKey | null> {
  const { clock, db } = kernel;
  const cache = new Map<string, { key: PresentedKey; readAtMs: number }>();

  async function read(hash: string): Promise<PresentedKey | null> {
    const { rows } = await sql<PresentedKey>`
      select id, company_id, name, scopes, expires_at, last_used_at
      from api_keys where secret_hash = ${hash} and revoked_at is null`.execute(db.system);
    return rows[0] ?? null;
  }

  async function noteUse(key: PresentedKey): Promise<void> {
    const now = clock.now();
    const noted = new Date(now.getTime() - USE_NOTED_EVERY_MS);
    if (key.lastUsedAt && key.lastUsedAt > noted) return;
    await sql`
      update api_keys set last_used_at = ${now}
      where id = ${key.id} and (last_used_at is null or last_used_at <= ${noted})`.execute(db.system);
  }

  return async (secret) => {
    const hash = sha256(secret);
    const nowMs = clock.nowMs();
    const cached = cache.get(hash);
    if (cached && nowMs - cached.readAtMs < CACHE_MS) return isExpired(cached.key, nowMs) ? null : cached.key;
    const key = await read(hash);
    if (!key || isExpired(key, nowMs)) {
      cache.delete(hash);
      return null;
    }
    if (cache.size >= CACHE_MAX) cache.clear();
    cache.set(hash, { key, readAtMs: nowMs });
    await noteUse(key);
    return key;
  };
}

function isExpired(key: PresentedKey, nowMs: number): boolean {
  return key.expiresAt !== null && key.expiresAt.getTime() <= nowMs;
}
