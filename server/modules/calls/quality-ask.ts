import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { type ProviderPort, portFor } from '../providers/index.ts';
import { askLater, noteQuality } from './quality-review.ts';
import { countAsk, findCall, type QualityLeg, talkedLegs } from './quality-store.ts';

/** How long after each question the next one follows, in seconds. A provider that does not know by then never will. */
const PAUSES_SECONDS = [60, 300, 1800, 7200, 21_600];

/**
 * Asks the provider how the legs of a call sounded that it has not told about, and asks again later for those that it does not
 * know yet. The question is counted before it is asked, so that a process that dies at it does not ask for ever.
 */
export async function askQuality(kernel: Kernel, companyId: string, callId: string): Promise<void> {
  const ctx = systemCtx(kernel, companyId, 'calls.ask_quality');
  const found = await transact(ctx, async (tx) => {
    const call = await findCall(tx, callId);
    const legs = (await talkedLegs(tx, callId)).filter(({ reported }) => !reported);
    return call && legs.length > 0 ? { call, legs, asks: await countAsk(tx, callId) } : null;
  });
  if (!found) return;
  const { call, legs, asks } = found;
  const { port } = await portFor(ctx, call.provider, call.providerAccountId);
  let open = 0;
  for (const leg of legs) if (!(await askLeg(ctx, port, callId, leg))) open += 1;
  const pause = PAUSES_SECONDS[asks];
  if (open === 0 || pause === undefined) return;
  await transact(ctx, (tx) => askLater(ctx, tx, callId, pause));
}

/** @returns whether the provider knew. One that refuses (Voice Insights is paid for) is asked later like one that does not know. */
async function askLeg(
  ctx: CompanyCtx,
  port: ProviderPort,
  callId: string,
  leg: QualityLeg,
): Promise<boolean> {
  const names = { legId: leg.externalId, recordId: leg.recordId ?? leg.externalId };
  const remote = await port.quality(names).catch((error) => {
    ctx.log.debug({ err: error, callId }, 'The quality of a call could not be asked for');
    return null;
  });
  if (!remote) return false;
  await transact(ctx, (tx) => noteQuality(ctx, tx, { callId, legId: leg.id }, remote));
  return true;
}
