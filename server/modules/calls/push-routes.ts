import { z } from 'zod';
import { type CompanyCtx, isGranted, transact, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { isId } from '../../kernel/ids.ts';
import { memberNames } from '../identity/index.ts';
import { hasApns } from './push-apns.ts';
import { changeWishes, isOwn, registerDevice, removeDevice, reportPush, testDevice } from './push-devices.ts';
import { hasFcm } from './push-fcm.ts';
import { PLATFORMS } from './push-model.ts';
import * as store from './push-store.ts';
import { deviceSchema, deviceView, traceSchema, traceView, wishesShape } from './push-views.ts';
import { hasWebPush } from './push-web.ts';

const read = { authority: { permission: 'calls:read' } } as const;
// One's own devices: what they are told of is judged by what their person may know at that moment.
const own = { authority: 'signed_in' } as const;
const tags = ['push'];
const params = z.object({ id: z.string().max(100) });

const newDevice = z.object({
  platform: z.enum(PLATFORMS),
  token: z
    .string()
    .min(1)
    .max(4096)
    .nullish()
    .describe('ios: the PushKit token in hex. android: the FCM registration token'),
  subscription: z
    .object({
      endpoint: z.string().min(1).max(2000),
      keys: z.object({ p256dh: z.string().max(200), auth: z.string().max(100) }),
    })
    .nullish()
    .describe('web: what PushManager.subscribe answered'),
  appId: z.string().trim().min(1).max(200).nullish().describe('ios: the bundle id, without .voip'),
  environment: z
    .enum(['production', 'sandbox'])
    .default('production')
    .describe('ios: sandbox for builds from Xcode'),
  alertToken: z
    .string()
    .min(1)
    .max(200)
    .nullish()
    .describe('ios: the token of plain notices in hex; without it only calls are told'),
  ...z.object(wishesShape).partial().shape,
  name: z.string().trim().min(1).max(100).describe("What the person knows it by, e.g. Ada's iPhone"),
});

async function devicesView(ctx: CompanyCtx, rows: store.DeviceRow[]) {
  const names = await transact(ctx, (tx) => memberNames(tx, [...new Set(rows.map(({ userId }) => userId))]));
  return rows.map((row) => deviceView(ctx, row, names));
}

/** Devices that are woken when a call comes in. */
export function deviceRoutes(server: HttpServer): void {
  settingsRoute(server);
  deviceListRoutes(server);
  oneDeviceRoutes(server);
}

function settingsRoute(server: HttpServer): void {
  server.get(
    '/api/push/settings',
    {
      config: own,
      schema: {
        tags,
        summary: 'Which push services this installation can use, and the key that browsers subscribe with',
        response: {
          200: ok({
            ios: z.boolean(),
            android: z.boolean(),
            web: z.object({ publicKey: z.string() }).nullable(),
          }),
          ...errorResponses,
        },
      },
    },
    async ({ ctx: { kernel } }) => ({
      success: true as const,
      ios: hasApns(kernel.config),
      android: hasFcm(kernel.config),
      web: hasWebPush(kernel.config) ? { publicKey: kernel.config.VAPID_PUBLIC_KEY } : null,
    }),
  );
}

function deviceListRoutes(server: HttpServer): void {
  server.get(
    '/api/push/devices',
    {
      config: own,
      schema: {
        tags,
        summary: 'Your devices; with all, those of everybody, for whoever manages calls',
        querystring: z.object({ all: z.stringbool().default(false) }),
        response: { 200: ok({ devices: z.array(deviceSchema) }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { all } = request.query;
      const isAll = all && isGranted(ctx, 'calls:manage');
      // A key has no devices.
      const isNobody = !isAll && ctx.actor.kind !== 'user';
      const rows = isNobody
        ? []
        : await transact(ctx, (tx) => store.listDevices(tx, isAll ? null : ctx.actor.id));
      return { success: true as const, devices: await devicesView(ctx, rows) };
    },
  );
  server.post(
    '/api/push/devices',
    {
      config: own,
      schema: {
        tags,
        summary: 'Register your device, at each start of the app: a token that is known renews its device',
        body: newDevice,
        response: { 201: ok({ device: deviceSchema }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const ctx = withCompany(request.ctx);
      const { token, alertToken, subscription, appId, notices, showsWords, language, ...rest } = request.body;
      if (rest.platform === 'ios' && !appId)
        fail('invalid_request', { reason: 'appId: the bundle id is needed for ios' });
      const tokens = {
        token: token ?? null,
        alertToken: alertToken ?? null,
        subscription: subscription ?? null,
      };
      const row = await registerDevice(
        ctx,
        { ...rest, ...tokens, appId: appId ?? null },
        withoutUndefined({ notices, showsWords, language }),
      );
      return reply.status(201).send({ success: true as const, device: (await devicesView(ctx, [row]))[0]! });
    },
  );
}

/** What is not given is not there, rather than there and nothing. */
function withoutUndefined<T extends object>(given: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as ReturnType<
    typeof withoutUndefined<T>
  >;
}

function wishesRoute(server: HttpServer): void {
  server.patch(
    '/api/push/devices/:id',
    {
      config: own,
      schema: {
        tags,
        summary: 'Choose what your device is told of; what is left out stays',
        params,
        body: z.object(wishesShape).partial(),
        response: { 200: ok({ device: deviceSchema }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const row = await changeWishes(ctx, request.params.id, withoutUndefined(request.body));
      return { success: true as const, device: (await devicesView(ctx, [row]))[0]! };
    },
  );
}

function oneDeviceRoutes(server: HttpServer): void {
  wishesRoute(server);
  server.delete(
    '/api/push/devices/:id',
    {
      config: own,
      schema: {
        tags,
        summary: 'Forget a device, e.g. when you sign out of the app',
        params,
        response: { 200: ok({}), ...errorResponses },
      },
    },
    async (request) => {
      await removeDevice(withCompany(request.ctx), request.params.id);
      return { success: true as const };
    },
  );
  server.post(
    '/api/push/devices/:id/test',
    {
      config: own,
      schema: {
        tags,
        summary: 'Send a trial to a device, and follow it by its trace',
        params,
        response: { 202: ok({ traceId: z.string() }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const traceId = await testDevice(withCompany(request.ctx), request.params.id);
      return reply.status(202).send({ success: true as const, traceId });
    },
  );
}

async function tracesView(ctx: CompanyCtx, rows: store.TraceRow[]) {
  const names = await transact(ctx, (tx) => memberNames(tx, [...new Set(rows.map(({ userId }) => userId))]));
  return rows.map((row) => traceView(row, names));
}

/** What became of what devices were told. */
export function traceRoutes(server: HttpServer): void {
  const one = ok({ trace: traceSchema });
  server.get(
    '/api/push/traces/:id',
    {
      config: read,
      schema: {
        tags,
        summary: 'What became of one notice',
        params,
        response: { 200: one, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const row = await transact(ctx, (tx) => store.findTrace(tx, request.params.id));
      const mayRead = row && (row.callId !== null || isOwn(ctx, row) || isGranted(ctx, 'calls:manage'));
      if (!mayRead) fail('not_found', { what: 'push trace' });
      return { success: true as const, trace: (await tracesView(ctx, [row]))[0]! };
    },
  );
  server.post(
    '/api/push/traces/:id',
    {
      config: own,
      schema: {
        tags,
        summary: 'Say what your app did with a notice: the call was shown, answered or declined',
        params,
        body: z.object({ event: z.enum(['shown', 'answered', 'declined']) }),
        response: { 200: one, ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const row = await reportPush(ctx, request.params.id, request.body.event);
      return { success: true as const, trace: (await tracesView(ctx, [row]))[0]! };
    },
  );
  callTracesRoute(server);
}

function callTracesRoute(server: HttpServer): void {
  server.get(
    '/api/calls/:id/push',
    {
      config: read,
      schema: {
        tags,
        summary: 'Which devices were told of a call, and what became of it: why did it not ring?',
        params,
        response: { 200: ok({ traces: z.array(traceSchema) }), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { id } = request.params;
      const rows = await transact(ctx, async (tx) => {
        const call = isId(id) ? await store.ringingCall(tx, id) : null;
        return call ? store.tracesOf(tx, id) : fail('not_found', { what: 'call' });
      });
      return { success: true as const, traces: await tracesView(ctx, rows) };
    },
  );
}
