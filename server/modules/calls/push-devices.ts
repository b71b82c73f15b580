import { sha256 } from '../../kernel/crypto.ts';
import { type CompanyCtx, isGranted, type Kernel, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { fail, type Language } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { addressFault } from '../../kernel/outgoing-request.ts';
import { audit } from '../identity/index.ts';
import { NOTICE_KINDS, type NoticeKind } from './model.ts';
import { areSubscriptionKeys, cleanToken, type Platform, type Subscription } from './push-model.ts';
import * as store from './push-store.ts';
import { tellDevices } from './push-tell.ts';

/** More than anybody carries: an app that registers anew at each start without end does no harm. */
const DEVICES_PER_PERSON = 20;

const sealOf = ({ companyId, id }: { companyId: string; id: string }) => `push_device:${companyId}:${id}`;

/** A device as an app hands it in. */
export interface NewDevice {
  platform: Platform;
  token: string | null;
  subscription: Subscription | null;
  appId: string | null;
  environment: 'production' | 'sandbox';
  name: string;
  /** ios: the token of plain notices. */
  alertToken: string | null;
}

/** What a person wants to be told of on a device, and how. */
export interface DeviceWishes {
  notices: NoticeKind[];
  showsWords: boolean;
  language: Language;
}

/** What is sealed of a device: its token, and behind a space that of an iPhone's plain notices. A subscription has no second one. */
export function openSealed(kernel: Kernel, device: store.DeviceRow): string {
  return kernel.vault.open(sealOf(device), device.tokenSealed);
}

/** The tokens of a device, as they are sent to the push service. */
export function openTokens(
  kernel: Kernel,
  device: store.DeviceRow,
): { token: string; alertToken?: string | undefined } {
  const sealed = openSealed(kernel, device);
  if (device.platform !== 'ios') return { token: sealed };
  const [token = '', alertToken] = sealed.split(' ');
  return { token, alertToken };
}

/** A token as it is kept: it opens for this row alone. */
export function sealToken(kernel: Kernel, of: { companyId: string; id: string }, token: string): string {
  return kernel.vault.seal(sealOf(of), token);
}

/**
 * Registers the caller's device. A token that is known is the same device again: it is renewed, and taken from whoever had it,
 * in any company, so that a telephone that changed hands rings for its new owner alone. The same person may have it in several
 * companies. @throws person_required, push_token_invalid.
 */
export async function registerDevice(
  ctx: CompanyCtx,
  given: NewDevice,
  wishes: Partial<DeviceWishes>,
): Promise<store.DeviceRow> {
  const { kernel, actor } = ctx;
  if (actor.kind !== 'user') fail('person_required');
  const { key, token } = readToken(kernel, given);
  const tokenHash = sha256(`${given.platform}:${key}`);
  await inSystem(kernel.db, (tx) => store.dropForeignDevices(tx, tokenHash, actor.id));
  return transact(ctx, async (tx) => {
    const known = await store.findByToken(tx, tokenHash);
    const now = kernel.clock.now();
    const id = known?.id ?? newId(kernel.clock);
    const { companyId } = ctx;
    const { platform, name, appId, environment } = given;
    // The keys of a browser's subscription can change while its address stays.
    const tokenSealed = sealToken(kernel, { companyId, id }, token);
    await store.saveDevice(tx, {
      ...{ id, companyId, userId: actor.id, platform, name, appId, environment, tokenSealed, tokenHash },
      ...{ retiredAt: null, retiredReason: null, createdAt: known?.createdAt ?? now, seenAt: now },
      ...wishesOf(ctx, platform, token, { ...known, ...wishes }),
    });
    if (known) await store.resealDevice(tx, id, tokenSealed);
    await store.trimDevices(tx, actor.id, DEVICES_PER_PERSON);
    const device = (await store.findByToken(tx, tokenHash))!;
    if (known?.userId !== actor.id) await note(ctx, tx, device, 'push_device.registered');
    return device;
  });
}

/** @returns what tells devices apart, and what is kept to reach this one. */
function readToken(
  kernel: Kernel,
  { platform, token, alertToken, subscription }: NewDevice,
): { key: string; token: string } {
  if (platform === 'web') {
    const { OUTGOING_ALLOW_PRIVATE } = kernel.config;
    const isSound =
      subscription !== null &&
      addressFault(subscription.endpoint, OUTGOING_ALLOW_PRIVATE) === null &&
      areSubscriptionKeys(subscription.keys);
    if (!isSound) fail('push_token_invalid', { expected: 'PushSubscription' });
    return { key: subscription.endpoint, token: JSON.stringify(subscription) };
  }
  const clean = cleanToken(platform, token ?? '');
  if (!clean) fail('push_token_invalid', { expected: platform === 'ios' ? 'PushKit token' : 'FCM token' });
  if (!alertToken) return { key: clean, token: clean };
  const alert = cleanToken(platform, alertToken);
  if (platform !== 'ios' || !alert) fail('push_token_invalid', { expected: 'APNs token' });
  return { key: clean, token: `${clean} ${alert}` };
}

/** What is not said stays. Without a token for plain notices an iPhone can only be told of calls. */
function wishesOf(
  { language: own }: CompanyCtx,
  platform: Platform,
  token: string,
  { notices = ['calls'], showsWords = false, language = own }: Partial<DeviceWishes>,
): DeviceWishes {
  const canTell = platform !== 'ios' || token.includes(' ');
  const told = NOTICE_KINDS.filter((kind) => notices.includes(kind) && (canTell || kind === 'calls'));
  return { notices: told, showsWords, language };
}

/** Chooses what one's own device is told of. What is not said stays. @throws not_found. */
export async function changeWishes(
  ctx: CompanyCtx,
  id: string,
  wishes: Partial<DeviceWishes>,
): Promise<store.DeviceRow> {
  return transact(ctx, async (tx) => {
    const device = await store.findDevice(tx, id);
    if (!device || !isOwn(ctx, device)) fail('not_found', { what: 'device' });
    const token = openSealed(ctx.kernel, device);
    const next = wishesOf(ctx, device.platform, token, { ...device, ...wishes });
    await store.saveWishes(tx, device.id, next);
    await publish(tx, ctx.companyId, 'push_device', device.id);
    return { ...device, ...next };
  });
}

async function note(ctx: CompanyCtx, tx: Tx, device: store.DeviceRow, action: string): Promise<void> {
  const { id, name } = device;
  const [from, to] = action.endsWith('removed') ? [name, null] : [null, name];
  await audit(tx, ctx, { action, entityType: 'push_device', entityId: id, changes: { name: { from, to } } });
  await publish(tx, ctx.companyId, 'push_device', id);
}

/** A device of the caller's own; whoever manages calls may look after everybody's. @throws not_found. */
async function reachable(ctx: CompanyCtx, tx: Tx, id: string): Promise<store.DeviceRow> {
  const device = await store.findDevice(tx, id);
  const mayTouch = device && (isOwn(ctx, device) || isGranted(ctx, 'calls:manage'));
  return mayTouch ? device : fail('not_found', { what: 'device' });
}

export function isOwn({ actor }: CompanyCtx, { userId }: { userId: string }): boolean {
  return actor.kind === 'user' && actor.id === userId;
}

/** Forgets a device. @throws not_found. */
export async function removeDevice(ctx: CompanyCtx, id: string): Promise<void> {
  await transact(ctx, async (tx) => {
    const device = await reachable(ctx, tx, id);
    await store.deleteDevice(tx, device.id);
    await note(ctx, tx, device, 'push_device.removed');
  });
}

/** Sends a trial. @returns its trace. @throws not_found, push_device_retired. */
export async function testDevice(ctx: CompanyCtx, id: string): Promise<string> {
  return transact(ctx, async (tx) => {
    const device = await reachable(ctx, tx, id);
    if (device.retiredAt) fail('push_device_retired');
    const content = { from: 'Relais', callerName: 'Relais' };
    const [traceId] = await tellDevices(ctx, tx, [device], { callId: null, kind: 'test', content });
    return traceId!;
  });
}

/** What an app saw of a notice: the first time that it says so counts. @throws not_found, not_your_device. */
export async function reportPush(
  ctx: CompanyCtx,
  id: string,
  event: 'shown' | 'answered' | 'declined',
): Promise<store.TraceRow> {
  return transact(ctx, async (tx) => {
    const trace = await store.findTrace(tx, id);
    if (!trace) fail('not_found', { what: 'push trace' });
    if (!isOwn(ctx, trace)) fail('not_your_device');
    if (await store.reportTrace(tx, id, event, ctx.kernel.clock.now()))
      await publish(tx, ctx.companyId, trace.callId ? 'call_push' : 'push_trace', trace.callId ?? id);
    return (await store.findTrace(tx, id))!;
  });
}
