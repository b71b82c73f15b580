import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { openPriceList, type PriceList } from '../billing/index.ts';
import { nextMonth } from './model.ts';
import * as store from './rent-store.ts';

const DUE_MAX = 200;

/** Writes down what numbers cost that began another month. Safe in several processes at once, and to repeat. */
export async function countRents(kernel: Kernel): Promise<void> {
  for (;;) {
    const now = kernel.clock.now();
    const due = await inSystem(kernel.db, (tx) => store.dueRents(tx, now, DUE_MAX));
    for (const companyId of new Set(due.map((each) => each.companyId))) {
      const ctx = systemCtx(kernel, companyId, 'numbers.count_rents');
      const ids = due.filter((each) => each.companyId === companyId).map(({ id }) => id);
      await transact(ctx, async (tx) => {
        for (const id of ids.sort()) await countRent(ctx, tx, id);
      });
    }
    if (due.length < DUE_MAX) return;
  }
}

/** Writes down every month of a number that has begun and is not written yet, and its set-up before the first. */
export async function countRent(ctx: CompanyCtx, tx: Tx, id: string): Promise<void> {
  const now = ctx.kernel.clock.now();
  const number = await store.lockRented(tx, id, now);
  if (!number) return;
  const prices = await openPriceList(ctx, tx, 'number');
  const { companyId, phoneNumber, provider, upfrontCost, currency, releasedAt } = number;
  const common = { companyId, numberId: id, phoneNumber, provider, updatedAt: now };
  let dueAt = number.rentDueAt;
  if (dueAt.getTime() === number.activatedAt.getTime() && Number(upfrontCost ?? 0) > 0)
    await store.insertRent(tx, {
      ...{ ...common, what: 'setup', startsAt: dueAt, amount: upfrontCost, currency, estimated: false },
    });
  const last = releasedAt && releasedAt < now ? releasedAt : now;
  for (; dueAt <= last; dueAt = nextMonth(dueAt)) {
    await store.insertRent(tx, {
      ...common,
      what: 'month',
      startsAt: dueAt,
      ...rentOf(number, prices, dueAt),
    });
  }
  await store.setRentDue(tx, id, releasedAt ? null : dueAt);
}

/** The provider's own price; until it is known, what the list said when the month began. */
function rentOf(number: store.RentedNumber, prices: PriceList, startsAt: Date) {
  const { monthlyCost: amount, currency } = number;
  if (amount !== null) return { amount, currency, estimated: false };
  const listed = listedRent(number, prices, startsAt);
  return { amount: listed?.amount ?? null, currency: listed?.currency ?? null, estimated: listed !== null };
}

function listedRent(
  number: Pick<store.RentedNumber, 'provider' | 'phoneNumber' | 'country' | 'numberType'>,
  prices: PriceList,
  startsAt: Date,
) {
  const { provider, phoneNumber, country, numberType } = number;
  const day = startsAt.toISOString().slice(0, 10);
  return prices.priceOf({ direction: null, provider, phoneNumber, country, numberType, day });
}

/** The list has changed: months that were estimated, or could not be, are priced anew, each by the prices of its first day. */
export async function repriceRents(ctx: CompanyCtx, tx: Tx): Promise<void> {
  const prices = await openPriceList(ctx, tx, 'number');
  const at = ctx.kernel.clock.now();
  for (const rent of await store.unpricedRents(tx)) {
    const listed = listedRent(rent, prices, rent.startsAt);
    const isSame = Number(listed?.amount ?? -1) === Number(rent.amount ?? -1);
    if (!isSame || listed?.currency !== (rent.currency ?? undefined))
      await store.priceRent(tx, rent, listed, at);
  }
}
