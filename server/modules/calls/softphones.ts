import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { maskedPhoneNumber, normalisePhoneNumber } from '../../kernel/phone.ts';
import { audit, difference } from '../identity/index.ts';
import { activeNumbers } from '../numbers/index.ts';
import { type ProviderName, portFor, type SoftphoneGrant } from '../providers/index.ts';
import { openDesk } from './desk.ts';
import { deskChanged } from './desk-memory.ts';
import { isEmergency } from './guard.ts';
import * as store from './settings-store.ts';
import { openKept, sealKept } from './softphone-secrets.ts';
import { requireDestination } from './spend.ts';

/** The person who acts. A program has no telephone. @throws person_needed. */
function personOf(ctx: CompanyCtx): string {
  return ctx.actor.kind === 'user' ? ctx.actor.id : fail('person_needed');
}

export interface OwnSettings {
  phoneNumber: string | null;
  available: boolean;
  browserListens: boolean;
}

/** How the person who acts is rung. */
export async function ownSettings(ctx: CompanyCtx): Promise<OwnSettings> {
  const userId = personOf(ctx);
  const phones = await transact(ctx, store.listPhones);
  const row = phones.find((phone) => phone.userId === userId);
  return {
    phoneNumber: row?.phoneNumber ?? null,
    available: row?.available ?? true,
    browserListens: row?.browserUntil ? row.browserUntil > ctx.kernel.clock.now() : false,
  };
}

/** Saves how the person who acts is rung. A telephone must be one that may be called. */
export async function changeOwnSettings(
  ctx: CompanyCtx,
  change: { phoneNumber: string | null; available: boolean },
): Promise<OwnSettings> {
  const userId = personOf(ctx);
  await transact(ctx, async (tx) => {
    const desk = await openDesk(ctx, tx, []);
    const phoneNumber = (change.phoneNumber && (await ownNumber(tx, change.phoneNumber, desk))) || null;
    const { available } = change;
    const before = (await store.listPhones(tx)).find((phone) => phone.userId === userId);
    const at = ctx.kernel.clock.now();
    await store.savePhone(tx, ctx.companyId, { userId, phoneNumber, available, at });
    deskChanged(ctx, tx);
    await auditPhone(ctx, tx, before ?? { phoneNumber: null, available: true }, { phoneNumber, available });
    await publish(tx, ctx.companyId, 'call_phone', userId);
  });
  return ownSettings(ctx);
}

type Phone = Pick<OwnSettings, 'phoneNumber' | 'available'>;

/** Calls of the company go wherever a person says: who said so, and when, is written down. The log outlives the number. */
async function auditPhone(ctx: CompanyCtx, tx: Tx, before: Phone, after: Phone): Promise<void> {
  if (before.phoneNumber === after.phoneNumber && before.available === after.available) return;
  const written = ({ phoneNumber, available }: Phone) => ({
    ...{ phoneNumber: phoneNumber && maskedPhoneNumber(phoneNumber), available },
  });
  await audit(tx, ctx, {
    action: 'call_phone.updated',
    entityType: 'call_phone',
    entityId: ctx.actor.id,
    changes: difference(written(before), written(after)),
  });
}

async function ownNumber(
  tx: Tx,
  written: string,
  desk: Parameters<typeof requireDestination>[1],
): Promise<string> {
  if (isEmergency(written)) fail('emergency_number', { phoneNumber: written });
  const phoneNumber = normalisePhoneNumber(written, desk.country);
  const [own] = await activeNumbers(tx, { phoneNumbers: [phoneNumber] });
  // It would ring itself for ever.
  if (own) fail('call_own_number', { phoneNumber });
  await requireDestination(tx, desk, phoneNumber);
  return phoneNumber;
}

/** How long a browser counts as listening after it said so. */
const LISTENS_MS = 75_000;

/** A browser of the person who acts says that it listens, or that it stops. @returns until when it counts. */
export async function noteBrowser(ctx: CompanyCtx, listens: boolean): Promise<Date | null> {
  const userId = personOf(ctx);
  const at = ctx.kernel.clock.now();
  const until = listens ? new Date(at.getTime() + LISTENS_MS) : null;
  await transact(ctx, async (tx) => {
    await store.saveBrowser(tx, ctx.companyId, { userId, until, at });
    deskChanged(ctx, tx);
  });
  return until;
}

/**
 * A telephone in the browser of the person who acts, at each account that one of the company's numbers is at. An account that
 * is broken takes none of the others with it. @throws what the first one failed with, when none worked.
 */
export async function grantSoftphones(ctx: CompanyCtx): Promise<SoftphoneGrant[]> {
  const userId = personOf(ctx);
  const numbers = await transact(ctx, (tx) => activeNumbers(tx, 'all_of_company'));
  const places = new Map(
    numbers
      .filter(({ features }) => features.voice)
      .map(({ provider, providerAccountId }) => [
        `${provider} ${providerAccountId}`,
        { provider, providerAccountId },
      ]),
  );
  const outcomes = await Promise.allSettled(
    [...places.values()].map(({ provider, providerAccountId }) =>
      grantOne(ctx, userId, provider, providerAccountId),
    ),
  );
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  for (const err of failures) ctx.log.warn({ err }, 'An account gave no telephone for a browser');
  if (failures.length > 0 && failures.length === outcomes.length) throw failures[0];
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

const plain = (id: string) => id.replaceAll('-', '');

async function grantOne(
  ctx: CompanyCtx,
  userId: string,
  provider: ProviderName,
  accountId: string | null,
): Promise<SoftphoneGrant> {
  const { kernel, companyId } = ctx;
  const { port } = await portFor(ctx, provider, accountId);
  const rows = await transact(ctx, (tx) => store.listSoftphones(tx, provider, accountId));
  // Twilio's key is the account's, Telnyx's credential the person's.
  const keeper = provider === 'twilio' ? null : userId;
  const identity = `relais_${plain(companyId)}_${plain(userId)}`;
  const kept = keptFrom(ctx, rows.find((row) => row.userId === keeper) ?? null);
  const grant = await port.softphone(identity, kept);
  const known = rows.find((row) => row.userId === userId);
  await transact(ctx, async (tx) => {
    deskChanged(ctx, tx);
    const base = { companyId, provider, providerAccountId: accountId, createdAt: kernel.clock.now() };
    if (grant.keep !== null && keeper === null) {
      const id = newId(kernel.clock);
      await store.saveSoftphone(tx, {
        ...base,
        id,
        userId: null,
        address: null,
        keptSealed: sealKept(kernel, companyId, id, grant.keep),
      });
    }
    if (known?.address === grant.address && (grant.keep === null || keeper === null)) return;
    if (!known)
      await audit(tx, ctx, {
        action: 'softphone.created',
        entityType: 'softphone',
        entityId: userId,
        changes: { provider: { from: null, to: provider } },
      });
    const id = newId(kernel.clock);
    const keep = keeper === userId ? (grant.keep ?? kept) : null;
    const keptSealed = keep === null ? null : sealKept(kernel, companyId, id, keep);
    await store.saveSoftphone(tx, { ...base, id, userId, address: grant.address, keptSealed });
  });
  return grant;
}

/** What was kept, or null: then another one is made, which costs nothing. */
function keptFrom(ctx: CompanyCtx, row: store.SoftphoneRow | null): string | null {
  if (!row?.keptSealed) return null;
  try {
    return openKept(ctx.kernel, ctx.companyId, row.id, row.keptSealed);
  } catch (error) {
    ctx.log.warn({ err: error }, 'What was kept for softphones does not open; it is made again');
    return null;
  }
}
