import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, isUniqueViolation, type Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { parseE164 } from '../../kernel/phone.ts';
import { audit } from '../identity/index.ts';
import {
  type ComparedAccount,
  type Difference,
  type ListedNumber,
  type Plumbing,
  type ProviderPort,
  portFor,
} from '../providers/index.ts';
import * as store from './compare-store.ts';
import { refreshOrder } from './lifecycle.ts';
import { likelyTypes } from './model.ts';
import { addEvent, findHeldNumber, findNumber } from './store.ts';
import { enqueueConfigure } from './updates.ts';

/**
 * Compares a page of a provider's numbers with ours. What is read before is read over all companies: a number of somebody
 * else's in a shared account is none of this company's business.
 * @returns what writes down that they were seen, and says what differs.
 */
export async function compareNumbers(
  ctx: CompanyCtx,
  { account, port, plumbing }: { account: ComparedAccount; port: ProviderPort; plumbing: Plumbing },
  page: readonly ListedNumber[],
): Promise<(tx: Tx) => Promise<Difference[]>> {
  const { known, isAlone } = await inSystem(ctx.kernel.db, async (tx) => ({
    known: await store.newestOf(
      tx,
      page.map(({ phoneNumber }) => phoneNumber),
    ),
    isAlone: (await store.onlyCompany(tx)) === ctx.companyId,
  }));
  // Numbers that nobody holds in the installation's own account can only be said to be somebody's where there is one company.
  const mayClaim = account.accountId !== null || isAlone;
  const isHere = (held: store.HeldNumber) =>
    held.companyId === ctx.companyId &&
    held.provider === account.provider &&
    held.providerAccountId === account.accountId;
  const seen: string[] = [];
  const found = page.flatMap((remote): Difference[] => {
    const held = known.get(remote.phoneNumber);
    const isHeld = held && (held.status === 'active' || held.status === 'pending');
    if (!isHeld) return mayClaim && isOurBusiness(ctx, held) ? differenceOfStranger(remote, held) : [];
    if (!isHere(held)) return [];
    seen.push(held.id);
    return differencesOf(remote, held, port.wiringFor(held.features, plumbing));
  });
  return async (tx) => {
    await store.markSeen(tx, seen, ctx.kernel.clock.now());
    return found;
  };
}

const isOurBusiness = ({ companyId }: CompanyCtx, held: store.HeldNumber | undefined) =>
  !held || held.companyId === companyId;

function differenceOfStranger(remote: ListedNumber, held: store.HeldNumber | undefined): Difference[] {
  if (remote.status !== 'active') return [];
  return [
    {
      ...{ kind: 'number', subject: remote.phoneNumber, entityId: held?.id ?? null, field: 'exists' },
      ...{ externalId: remote.numberId, ours: held?.status ?? null, theirs: remote.providerStatus },
      outcome: 'person',
    },
  ];
}

function differencesOf(
  remote: ListedNumber,
  held: store.HeldNumber,
  wanted: Record<string, string | null>,
): Difference[] {
  const about = {
    ...{ kind: 'number' as const, subject: held.phoneNumber, entityId: held.id, externalId: remote.numberId },
  };
  if (held.status === 'pending') {
    if (remote.status === 'pending') return [];
    const outcome = held.orderState === 'placed' ? 'open' : 'person';
    return [{ ...about, field: 'status', ours: 'pending', theirs: remote.providerStatus, outcome }];
  }
  if (remote.status === 'released' || remote.status === 'error')
    return [{ ...about, field: 'status', ours: 'active', theirs: remote.providerStatus, outcome: 'person' }];
  // Until it is configured for the first time its settings are still being made.
  if (!held.configuredAt) return [];
  return Object.entries(wanted)
    .filter(([field, value]) => (remote.wiring[field] ?? null) !== value)
    .map(([field, ours]) => ({
      ...{ ...about, field, ours, theirs: remote.wiring[field] ?? null, outcome: 'open' as const },
    }));
}

/** Numbers of ours that the whole list did not name; each is asked for by itself before that is believed. */
export async function findVanished(
  ctx: CompanyCtx,
  { account, port }: { account: ComparedAccount; port: ProviderPort },
  since: Date,
): Promise<Difference[]> {
  const unseen = await transact(ctx, (tx) => store.unseenSince(tx, account, since));
  const found: Difference[] = [];
  for (const { id, phoneNumber } of unseen) {
    const remote = await port.findNumber(phoneNumber);
    if (remote && remote.status !== 'released') continue;
    found.push({
      ...{ kind: 'number', subject: phoneNumber, entityId: id, externalId: phoneNumber, field: 'exists' },
      ...{ ours: 'active', theirs: remote?.providerStatus ?? null, outcome: 'person' },
    });
  }
  return found;
}

/**
 * Sets a number right: an order that waits is asked about, an active number is pointed at us again. Repeating it changes nothing.
 * @returns whether it is right now. @throws what the provider says.
 */
export async function repairNumber(ctx: CompanyCtx, numberId: string): Promise<boolean> {
  const number = await transact(ctx, (tx) => findNumber(tx, numberId));
  if (number?.status === 'pending') {
    await refreshOrder(ctx, number.orderId, 'reconciler');
    return (await transact(ctx, (tx) => findNumber(tx, numberId)))?.status !== 'pending';
  }
  if (number?.status !== 'active') return false;
  const { port } = await portFor(ctx, number.provider, number.providerAccountId);
  const remote = await port.findNumber(number.phoneNumber);
  if (!remote) return false;
  const plumbing = await port.ensurePlumbing();
  const { features, phoneNumber } = number;
  await port.configureNumber({ numberId: remote.numberId, phoneNumber, features }, plumbing);
  return true;
}

/**
 * Takes over a number that the account has and nobody here holds: it was bought in the provider's own console, or by another
 * program. It is configured like any other. @returns its id. @throws number_already_registered, number_not_available.
 */
export async function adoptNumber(
  ctx: CompanyCtx,
  account: Pick<ComparedAccount, 'provider' | 'accountId'>,
  phoneNumber: string,
): Promise<string> {
  const phone = parseE164(phoneNumber);
  const { port } = await portFor(ctx, account.provider, account.accountId);
  const remote = await port.findNumber(phone.e164);
  if (remote?.status !== 'active' || !phone.country) fail('number_not_available');
  const features = await port.featuresOf(remote);
  const { clock } = ctx.kernel;
  const [id, orderId, at] = [newId(clock), newId(clock), clock.now()];
  const write = async (tx: Tx) => {
    await store.insertAdopted(tx, {
      ...{ id, orderId, companyId: ctx.companyId, provider: account.provider },
      ...{ providerAccountId: account.accountId, phoneNumber: phone.e164, country: phone.country! },
      ...{ numberType: likelyTypes(phone.lineType)[0]!, features, providerStatus: remote.providerStatus },
      ...{ providerNumberId: remote.numberId, at },
    });
    await addEvent(tx, {
      ...{ id: newId(clock), companyId: ctx.companyId, numberId: id, kind: 'adopted', status: 'active', at },
      ...{ source: 'sync', providerStatus: remote.providerStatus, text: ctx.actor.name },
    });
    await audit(tx, ctx, {
      ...{ action: 'number.adopted', entityType: 'number', entityId: id },
      changes: { phoneNumber: { from: null, to: phone.e164 } },
    });
    await enqueueConfigure(ctx, tx, id);
    await publish(tx, ctx.companyId, 'number', id);
  };
  try {
    await transact(ctx, write);
  } catch (error) {
    if (!isUniqueViolation(error, 'numbers_one_holder')) throw error;
    const own = await transact(ctx, (tx) => findHeldNumber(tx, phone.e164));
    fail(own ? 'number_already_registered' : 'number_not_available');
  }
  return id;
}
