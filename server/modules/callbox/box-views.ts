import { z } from 'zod';
import type { CompanyCtx } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { isClockOff } from './box-presence.ts';
import { configSchema } from './box-schemas.ts';
import { SIM_STATES, type SimRow } from './box-sims.ts';
import { simsOf } from './box-sims-store.ts';
import { BOX_STATES, type BoxState, type BoxWithPresence } from './boxes-store.ts';
import { configFor, configPatchSchema, settingsOf } from './config.ts';
import { callboxConfigSchema, TRANSACTION_TYPES } from './model.ts';
import { type InHand, inHandOf } from './stats-store.ts';

export const simSchema = z
  .object({
    id: z.string(),
    slot: z.string(),
    operator: z.string().nullable().describe('Null: serves any'),
    phoneNumber: z.string().nullable(),
    iccid: z.string().nullable(),
    state: z.enum(SIM_STATES),
    signalPercent: z.number().nullable(),
    network: z.string().nullable(),
    reportedBalance: z.number().int().nullable().describe('XAF, as the box read it last'),
    reportedBalanceAt: z.iso.datetime().nullable(),
    floatKnownSince: z.iso.datetime().nullable(),
    floatAvailable: z.number().int(),
    floatHeld: z.number().int(),
    lowFloatBelow: z.number().int().nullable(),
    isFloatLow: z.boolean(),
  })
  .meta({ id: 'BoxSim' });

/** What is wrong with a box that works all the same. */
export const WARNINGS = ['clock_off', 'battery_low', 'no_ready_sim', 'float_low', 'config_old'] as const;

export const boxSchema = z
  .object({
    id: z.string(),
    callboxId: z.string(),
    label: z.string(),
    location: z.string(),
    version: z.string(),
    state: z.enum(BOX_STATES).describe('new: named, and not heard of yet'),
    connected: z.boolean(),
    status: z.string().nullable().describe("The box's own word for how it is"),
    lastSeenAt: z.iso.datetime().nullable(),
    registeredAt: z.iso.datetime().nullable(),
    queueSize: z.number().int().nullable().describe('What waits in the box itself, as it says'),
    inHand: z.object({
      assigned: z.number().int(),
      processing: z.number().int(),
      unknown: z.number().int(),
    }),
    uptimeSeconds: z.number().nullable(),
    memoryUsage: z.number().nullable(),
    processedTransactions: z.number().int().nullable().describe('As the box counts'),
    battery: z.object({ percent: z.number().nullable(), charging: z.boolean().nullable() }),
    clockAheadMs: z.number().int().nullable(),
    warnings: z.array(z.enum(WARNINGS)),
    capabilities: z.object({
      maxConcurrentTransactions: z.number().int(),
      supportedTypes: z.array(z.enum(TRANSACTION_TYPES)),
      fencing: z.boolean(),
      reportsBeginning: z.boolean().describe('False: it once reported an outcome without having begun'),
    }),
    limits: z.object({
      maxPerMinute: z.number().int().nullable(),
      maxPerDay: z.number().int().nullable(),
      maxAmount: z.number().int().nullable().describe('XAF'),
    }),
    quarantine: z
      .object({
        reason: z.string(),
        at: z.iso.datetime(),
        trialAt: z.iso
          .datetime()
          .nullable()
          .describe(
            'When its failures took it out: from then on it is tried with one; null: a person decides',
          ),
      })
      .nullable(),
    failuresInRow: z.number().int().describe('Definite failures since it last completed something'),
    retiredAt: z.iso.datetime().nullable(),
    token: z
      .object({ hint: z.string(), revokedAt: z.iso.datetime().nullable() })
      .nullable()
      .describe('Of its own; null: it uses the shared one'),
    config: configPatchSchema.describe("What differs from the company's configuration"),
    configInForce: configSchema,
    configVersion: z.string(),
    configSeen: z.string().nullable().describe('The version that the box said it has'),
    sims: z.array(simSchema),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Box' });
export type BoxView = z.infer<typeof boxSchema>;

const time = (at: Date | null) => at?.toISOString() ?? null;

/** Boxes as the console shows them, with three statements however many. */
export async function viewBoxes(ctx: CompanyCtx, tx: Tx, boxes: BoxWithPresence[]): Promise<BoxView[]> {
  const ids = boxes.map(({ id }) => id);
  const sims = Map.groupBy(await simsOf(tx, ids), ({ boxId }) => boxId);
  const inHand = await inHandOf(tx, ids);
  const settings = await settingsOf(ctx, tx);
  return boxes.map((box) => {
    const { config, configVersion } = configFor(settings, box);
    const facts = { sims: sims.get(box.id) ?? [], inHand: inHand.get(box.id) ?? NOTHING, configVersion };
    return { ...boxView(box, facts), configInForce: config };
  });
}

const NOTHING: InHand = { assigned: 0, processing: 0, unknown: 0 };

interface Facts {
  sims: SimRow[];
  inHand: InHand;
  configVersion: string;
}

function boxView(
  box: BoxWithPresence,
  { sims, inHand, configVersion }: Facts,
): Omit<BoxView, 'configInForce'> {
  return {
    ...{ id: box.id, callboxId: box.code, label: box.label, location: box.location, version: box.version },
    ...{ state: stateOf(box), connected: box.connected ?? false, status: box.status },
    ...{ lastSeenAt: time(box.lastSeenAt), registeredAt: time(box.registeredAt) },
    ...{ queueSize: box.queueSize, inHand, uptimeSeconds: box.uptimeSeconds, memoryUsage: box.memoryUsage },
    processedTransactions: box.processedReported,
    battery: { percent: box.batteryPercent, charging: box.charging },
    clockAheadMs: box.clockAheadMs,
    warnings: warningsOf(box, sims, configVersion),
    capabilities: {
      maxConcurrentTransactions: box.maxConcurrent,
      supportedTypes: box.supportedTypes,
      fencing: box.fenced,
      reportsBeginning: !box.skipsProcessing,
    },
    limits: { maxPerMinute: box.maxPerMinute, maxPerDay: box.maxPerDay, maxAmount: box.maxAmount },
    quarantine: box.quarantinedAt && {
      ...{ reason: box.quarantineReason!, at: box.quarantinedAt.toISOString() },
      trialAt: time(box.quarantineTrialAt),
    },
    failuresInRow: box.failuresInRow,
    retiredAt: time(box.retiredAt),
    token: box.tokenHash ? { hint: box.tokenHint ?? '', revokedAt: time(box.tokenRevokedAt) } : null,
    config: callboxConfigSchema.partial().parse(box.config),
    ...{ configVersion, configSeen: box.configSeen },
    sims: sims.map(simView),
    ...{ createdAt: box.createdAt.toISOString(), updatedAt: box.updatedAt.toISOString() },
  };
}

export function stateOf(box: BoxWithPresence): BoxState {
  if (box.retiredAt) return 'retired';
  if (box.quarantinedAt) return 'quarantined';
  if (!box.registeredAt) return 'new';
  return box.connected ? 'connected' : 'disconnected';
}

const isLow = ({ floatKnownSince, floatAvailable, lowFloatBelow, state }: SimRow) =>
  state !== 'removed' && floatKnownSince !== null && floatAvailable < (lowFloatBelow ?? 0);

const BATTERY_LOW_PERCENT = 20;

function warningsOf(
  box: BoxWithPresence,
  sims: SimRow[],
  configVersion: string,
): (typeof WARNINGS)[number][] {
  const found: Record<(typeof WARNINGS)[number], boolean> = {
    clock_off: isClockOff(box.clockAheadMs),
    battery_low: !box.charging && box.batteryPercent !== null && box.batteryPercent < BATTERY_LOW_PERCENT,
    no_ready_sim: box.registeredAt !== null && !sims.some(({ state }) => state === 'ready'),
    float_low: sims.some(isLow),
    config_old: box.configSeen !== null && box.configSeen !== configVersion,
  };
  return WARNINGS.filter((name) => found[name]);
}

function simView(sim: SimRow): z.infer<typeof simSchema> {
  const { id, slot, operator, phoneNumber, iccid, state, signalPercent, network } = sim;
  return {
    ...{ id, slot, operator, phoneNumber, iccid, state, signalPercent, network },
    ...{ reportedBalance: sim.reportedBalance, reportedBalanceAt: time(sim.reportedBalanceAt) },
    ...{ floatKnownSince: time(sim.floatKnownSince), floatAvailable: sim.floatAvailable },
    ...{ floatHeld: sim.floatHeld, lowFloatBelow: sim.lowFloatBelow, isFloatLow: isLow(sim) },
  };
}
