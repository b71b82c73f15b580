import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { publish } from '../../kernel/live.ts';
import { sendOutgoing } from '../../kernel/outgoing.ts';
import { differenceOf, followDifference } from './float-model.ts';
import * as store from './float-store.ts';
import { simView } from './float-views.ts';

/** low: little is left. risen: enough again. differs: what the box reads is not what the ledger says. agrees: it is again. */
export interface FloatNews {
  simId: string;
  type: 'float.low' | 'float.risen' | 'float.differs' | 'float.agrees';
}

const SENTENCES: Record<FloatNews['type'], string> = {
  'float.low': 'Little money is left on a SIM',
  'float.risen': 'There is enough money on a SIM again',
  'float.differs': 'A SIM has another balance than the ledger says',
  'float.agrees': 'A SIM has the balance that the ledger says again',
};

/** Tells consoles, the log and the company's webhook what became of the money on SIMs. */
export async function tellFloat(ctx: CompanyCtx, tx: Tx, news: FloatNews[]): Promise<void> {
  const rows = await store.simsByIds(
    tx,
    news.map(({ simId }) => simId),
  );
  const sims = new Map(rows.map((row) => [row.id, simView(row)]));
  const { addressId } = await store.findFloatSettings(tx);
  for (const { simId, type } of news) {
    const sim = sims.get(simId)!;
    const { available, held, lowFloatBelow, reportedBalance, difference } = sim;
    const figures = { available, held, lowFloatBelow, reportedBalance, difference };
    const line = { companyId: ctx.companyId, box: sim.box.callboxId, slot: sim.slot, ...figures };
    const alarming = type === 'float.low' || type === 'float.differs';
    ctx.log[alarming ? 'warn' : 'info'](line, SENTENCES[type]);
    await publish(tx, ctx.companyId, 'float', simId);
    if (addressId) await sendOutgoing(ctx, tx, { addressId, type, data: sim });
  }
}

/** Compares what boxes read with the ledger, for every company. Safe to run anywhere, at any time. */
export async function compareFloats(kernel: Kernel): Promise<void> {
  for (const companyId of await inSystem(kernel.db, store.companiesWithReadings)) {
    await compareCompany(kernel, companyId).catch((error) =>
      kernel.log.warn({ err: error, companyId }, 'The balances of a company could not be compared'),
    );
  }
}

async function compareCompany(kernel: Kernel, companyId: string): Promise<void> {
  const ctx = systemCtx(kernel, companyId, 'float.compare');
  await transact(ctx, async (tx) => {
    // Several processes run this by the clock: news are told by one of them.
    if (!(await store.takesTurn(tx, companyId))) return;
    const rules = await store.findFloatSettings(tx);
    const nowMs = kernel.clock.nowMs();
    const found = (await store.comparableSims(tx)).flatMap((sim) => {
      const before = { since: sim.differenceSince, toldAt: sim.differenceToldAt };
      const measured = { difference: differenceOf(sim) ?? 0, readAt: sim.reportedBalanceAt!, nowMs };
      const after = followDifference(before, measured, rules);
      const same = Number(before.since) === Number(after.since) && after.news === null;
      return same ? [] : [{ id: sim.id, ...after }];
    });
    if (found.length === 0) return;
    await store.noteDifferences(tx, found);
    const news = found.flatMap(({ id, news: type }) => (type ? [{ simId: id, type }] : []));
    if (news.length > 0) await tellFloat(ctx, tx, news);
  });
}
