import { z } from 'zod';
import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { audit, difference } from '../identity/index.ts';
import { type BoxRow, lockBox, publishBoxes, saveBox } from './boxes-store.ts';
import {
  findSettingsRow,
  lockSettingsRow,
  type SettingsChange,
  type SettingsRow,
  saveSettingsRow,
} from './config-store.ts';
import { signal } from './dispatch-store.ts';
import {
  type CallboxConfig,
  type CallboxRules,
  callboxConfigSchema,
  callboxRulesSchema,
  defaultConfig,
} from './model.ts';
import { refuseMoneyRules } from './money-rules.ts';
import { nudgeDispatcher, stateOf } from './state.ts';

/** How a company's boxes are run: what it chose, over the defaults. */
export interface Settings {
  config: CallboxConfig;
  /** Raised by every change; with a box's own version it is what heartbeats compare. */
  version: number;
  rules: CallboxRules;
  syncRunning: boolean;
  syncChangedAt: Date | null;
  syncChangedBy: string | null;
  lastSyncAt: Date | null;
}

const { shape } = callboxConfigSchema;

/** A change of a configuration: what is absent stays, and null goes back to what holds without it. */
export const configPatchSchema = z.object({
  maxRetries: shape.maxRetries.nullish(),
  timeoutMs: shape.timeoutMs.nullish(),
  batchSize: shape.batchSize.nullish(),
  pollIntervalMs: shape.pollIntervalMs.nullish(),
  heartbeatIntervalMs: shape.heartbeatIntervalMs.nullish(),
  logLevel: shape.logLevel.nullish(),
});
export type ConfigPatch = z.infer<typeof configPatchSchema>;

const rules = callboxRulesSchema.shape;

/** A change of the rules: what is absent stays. (Without its default: a change that names one rule must not reset the others.) */
export const rulesPatchSchema = z.object({
  region: rules.region.unwrap().optional(),
  maxAmount: rules.maxAmount.unwrap().optional(),
  lookAlikeMinutes: rules.lookAlikeMinutes.unwrap().optional(),
  twoPeopleAbove: rules.twoPeopleAbove.unwrap().optional(),
  expireAfterMinutes: rules.expireAfterMinutes.unwrap().optional(),
  quarantineAfterFailures: rules.quarantineAfterFailures.unwrap().optional(),
});
export type RulesPatch = z.infer<typeof rulesPatchSchema>;

const stored = callboxConfigSchema.partial();

/** What holds where nobody chose anything: the installation's settings. */
export function defaultsOf({ kernel }: Pick<CompanyCtx, 'kernel'>): CallboxConfig {
  return defaultConfig({ maxRetries: kernel.config.MAX_RETRIES, batchSize: kernel.config.MAX_BATCH_SIZE });
}

function toSettings(ctx: CompanyCtx, row: SettingsRow): Settings {
  const { configVersion: version, config, rules, ...rest } = row;
  return {
    ...rest,
    version,
    config: { ...defaultsOf(ctx), ...stored.parse(config) },
    rules: callboxRulesSchema.parse(rules),
  };
}

/** How the company's boxes are run, for whoever has a transaction open. */
export async function settingsOf(ctx: CompanyCtx, tx: Tx): Promise<Settings> {
  return toSettings(ctx, await findSettingsRow(tx));
}

/** What one box is told: the company's configuration, with what differs for it; null: a box that differs in nothing. */
export function configFor(
  { config, version }: Pick<Settings, 'config' | 'version'>,
  box: Pick<BoxRow, 'config' | 'configVersion'> | null,
): { config: CallboxConfig; configVersion: string } {
  return {
    config: box ? { ...config, ...stored.parse(box.config) } : config,
    configVersion: `${version}.${box?.configVersion ?? 0}`,
  };
}

const definedOf = (patch: object) =>
  Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));

/** What is stored after a change. */
function patched(before: object, patch: ConfigPatch): object {
  const after = { ...before, ...definedOf(patch) };
  return Object.fromEntries(Object.entries(after).filter(([, value]) => value !== null));
}

/** Whether two are the same; what only one of them names counts as well. */
const isSame = (left: object, right: object) =>
  Object.keys({ ...difference(left, right), ...difference(right, left) }).length === 0;

/** @throws changed_meanwhile when somebody else changed it since the version that the caller knows. */
function refuseStale(known: string | undefined, current: string): void {
  if (known !== undefined && known !== current) fail('changed_meanwhile', {}, { configVersion: current });
}

/**
 * Changes what all boxes of the company are told. Fields that two people change at once are both kept, since a change names
 * only its own; one that names the version it is based on is refused when it is no longer that one.
 */
export async function changeConfig(
  ctx: CompanyCtx,
  patch: ConfigPatch,
  basedOn?: string,
): Promise<ReturnType<typeof configFor>> {
  const at = ctx.kernel.clock.now();
  return transact(ctx, async (tx) => {
    const row = await lockSettingsRow(tx, ctx.companyId, at);
    const before = toSettings(ctx, row);
    refuseStale(basedOn, configFor(before, null).configVersion);
    const config = patched(row.config, patch);
    await writeSettings(ctx, tx, row, isSame(row.config, config) ? {} : { config });
    return configFor(await settingsOf(ctx, tx), null);
  });
}

/** Changes the company's configuration and rules from the console. @throws changed_meanwhile, forbidden, scope_missing. */
export async function changeSettings(
  ctx: CompanyCtx,
  change: { config?: ConfigPatch; rules?: RulesPatch; version: number },
): Promise<Settings> {
  const at = ctx.kernel.clock.now();
  return transact(ctx, async (tx) => {
    const row = await lockSettingsRow(tx, ctx.companyId, at);
    refuseStale(String(change.version), String(row.configVersion));
    const config = patched(row.config, change.config ?? {});
    const before = callboxRulesSchema.parse(row.rules);
    const after = callboxRulesSchema.parse({ ...row.rules, ...definedOf(change.rules ?? {}) });
    refuseMoneyRules(ctx, before, after);
    await writeSettings(ctx, tx, row, {
      ...(isSame(row.config, config) ? {} : { config }),
      ...(isSame(before, after) ? {} : { rules: after }),
    });
    return settingsOf(ctx, tx);
  });
}

/** Writes what changed, and tells of it; nothing when nothing did. */
async function writeSettings(
  ctx: CompanyCtx,
  tx: Tx,
  row: SettingsRow,
  change: Pick<SettingsChange, 'config' | 'rules'>,
): Promise<void> {
  if (!change.config && !change.rules) return;
  await saveSettingsRow(tx, change, ctx.kernel.clock.now());
  const before = toSettings(ctx, row);
  const after = await settingsOf(ctx, tx);
  await audit(tx, ctx, {
    ...{ action: 'callbox_settings.updated', entityType: 'callbox_settings', entityId: ctx.companyId },
    changes: { ...difference(before.config, after.config), ...difference(before.rules, after.rules) },
  });
  await publish(tx, ctx.companyId, 'callbox_settings', ctx.companyId);
}

/** Changes what differs for one box. @throws changed_meanwhile, and not_found for a box that is not the company's. */
export async function changeBoxConfig(
  ctx: CompanyCtx,
  boxId: string,
  patch: ConfigPatch,
  basedOn?: string,
): Promise<ReturnType<typeof configFor>> {
  return transact(ctx, async (tx) => {
    const box = (isId(boxId) ? await lockBox(tx, boxId) : null) ?? fail('not_found', { what: 'box' });
    const settings = await settingsOf(ctx, tx);
    const before = configFor(settings, box);
    refuseStale(basedOn, before.configVersion);
    const config = patched(box.config as object, patch);
    if (isSame(box.config as object, config)) return before;
    await saveBox(tx, box.id, { config }, ctx.kernel.clock.now());
    const after = configFor(settings, { config, configVersion: box.configVersion + 1 });
    await audit(tx, ctx, {
      ...{ action: 'box.configured', entityType: 'box', entityId: box.id },
      changes: difference(before.config, after.config),
    });
    await publishBoxes(tx, ctx.companyId, [box.id]);
    return after;
  });
}

/**
 * Starts or stops handing transactions to boxes; what is out continues. To ask for what is so already changes nothing, and is
 * no news.
 */
export async function switchSync(ctx: CompanyCtx, running: boolean): Promise<void> {
  const at = ctx.kernel.clock.now();
  await transact(ctx, async (tx) => {
    const row = await lockSettingsRow(tx, ctx.companyId, at);
    if (row.syncRunning === running) return;
    await saveSettingsRow(tx, { sync: { running, at, by: ctx.actor.name } }, at);
    await audit(tx, ctx, {
      ...{ action: running ? 'callbox_sync.started' : 'callbox_sync.stopped' },
      ...{ entityType: 'callbox_settings', entityId: ctx.companyId },
    });
    await publish(tx, ctx.companyId, 'callbox_sync', ctx.companyId);
    if (running) await signal(tx, stateOf(ctx.kernel).processId, 'due', [ctx.companyId]);
  });
  if (running) nudgeDispatcher(ctx.kernel, ctx.companyId);
}

/**
 * Has everything that waits distributed now, in this process and in the others. @returns whether it is: while the distribution is
 * stopped nothing is.
 */
export async function forceSync(ctx: CompanyCtx): Promise<boolean> {
  const isRunning = await transact(ctx, async (tx) => {
    const at = ctx.kernel.clock.now();
    const { syncRunning } = await lockSettingsRow(tx, ctx.companyId, at);
    if (syncRunning) await saveSettingsRow(tx, { syncedAt: at }, at);
    await audit(tx, ctx, {
      ...{ action: 'callbox_sync.forced', entityType: 'callbox_settings', entityId: ctx.companyId },
    });
    if (syncRunning) await signal(tx, stateOf(ctx.kernel).processId, 'due', [ctx.companyId]);
    return syncRunning;
  });
  if (isRunning) nudgeDispatcher(ctx.kernel, ctx.companyId);
  return isRunning;
}

/** In which country numbers are read that are written as at home. */
export async function regionOf(ctx: CompanyCtx): Promise<string> {
  const { rules } = await transact(ctx, (tx) => settingsOf(ctx, tx));
  return rules.region;
}
