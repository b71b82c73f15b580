import { systemCtx, transact } from '../../server/kernel/ctx.ts';
import { newId } from '../../server/kernel/ids.ts';
import type { TestRelais } from './relais.ts';

/** A call to be written down as if it had been made. */
export interface MadeCall {
  provider: 'telnyx' | 'twilio';
  direction: 'INBOUND' | 'OUTBOUND';
  status: 'RINGING' | 'IN_PROGRESS' | 'COMPLETED';
  our: string;
  other: string;
  userId: string | null;
  /** The providers' names of the legs. */
  agentLeg: string;
  otherLeg: string;
  startedAt: Date;
}

let count = 0;

/** Writes down a call with the legs of its two sides, without any provider. @returns the ids. */
export async function makeCall(
  { kernel, companyId }: Pick<TestRelais, 'kernel' | 'companyId'>,
  given: Partial<MadeCall> = {},
): Promise<{ callId: string; agentLegId: string; otherLegId: string }> {
  count += 1;
  const { clock } = kernel;
  const call: MadeCall = {
    ...{ provider: 'twilio', direction: 'INBOUND', status: 'COMPLETED', userId: null },
    ...{ our: '+33123456789', other: '+33612345678', startedAt: clock.now() },
    ...{ agentLeg: `CA-agent-${companyId}-${count}`, otherLeg: `CA-other-${companyId}-${count}` },
    ...given,
  };
  const [callId, agentLegId, otherLegId] = [newId(clock), newId(clock), newId(clock)];
  const isInbound = call.direction === 'INBOUND';
  const talked = call.status !== 'RINGING';
  const endedAt = call.status === 'COMPLETED' ? clock.now() : null;
  const at = call.startedAt;
  await transact(systemCtx(kernel, companyId, 'test'), async (tx) => {
    await tx
      .insertInto('calls')
      .values({
        ...{ id: callId, companyId, provider: call.provider, direction: call.direction, status: call.status },
        ...{ fromNumber: isInbound ? call.other : call.our, toNumber: isInbound ? call.our : call.other },
        ...{ ourNumber: call.our, userId: call.userId, via: isInbound ? 'routing' : 'browser' },
        ...{ authorKind: 'system', plan: '[]', rootLegId: isInbound ? otherLegId : agentLegId },
        ...{
          answeredLegId: talked ? agentLegId : null,
          answeredAt: talked ? at : null,
          endedAt,
          createdAt: at,
        },
      })
      .execute();
    const leg = {
      companyId,
      callId,
      provider: call.provider,
      createdAt: at,
      endedAt,
      answeredAt: talked ? at : null,
    };
    const state = endedAt ? 'ended' : talked ? 'answered' : 'ringing';
    await tx
      .insertInto('callLegs')
      .values([
        {
          ...{
            ...leg,
            id: agentLegId,
            party: 'agent',
            role: isInbound ? 'target' : 'root',
            state,
            userId: call.userId,
          },
          ...{
            address: `browser:${call.userId ?? 'nobody'}`,
            externalId: call.agentLeg,
            recordId: call.agentLeg,
          },
        },
        {
          ...{
            ...leg,
            id: otherLegId,
            party: isInbound ? 'caller' : 'callee',
            role: isInbound ? 'root' : 'target',
          },
          ...{ state, address: call.other, externalId: call.otherLeg, recordId: call.otherLeg },
        },
      ])
      .execute();
  });
  return { callId, agentLegId, otherLegId };
}

/** A call that rings no more. */
export async function answerCall(
  { kernel, companyId }: Pick<TestRelais, 'kernel' | 'companyId'>,
  ids: { callId: string; agentLegId: string },
): Promise<void> {
  const answeredAt = kernel.clock.now();
  await transact(systemCtx(kernel, companyId, 'test'), (tx) =>
    tx
      .updateTable('calls')
      .set({ status: 'IN_PROGRESS', answeredLegId: ids.agentLegId, answeredAt })
      .where('id', '=', ids.callId)
      .execute(),
  );
}

/** An alert of a rule, and a device with what it was told, of a person who is nobody. @returns the ids. */
export async function makeCallRows(
  { kernel, companyId }: Pick<TestRelais, 'kernel' | 'companyId'>,
  ruleId: string,
): Promise<{ alertId: string; pushDeviceId: string; pushTraceId: string }> {
  const { clock, vault } = kernel;
  const [alertId, deviceId, traceId, userId] = [newId(clock), newId(clock), newId(clock), newId(clock)];
  const at = clock.now();
  const spread = { users: 0, numbers: 0, countries: 0 };
  const share = { bad: 0, calls: 0 };
  const culprit = { kind: 'unknown', subject: null, measured: 'all', inside: share, outside: share, spread };
  await transact(systemCtx(kernel, companyId, 'test'), async (tx) => {
    await tx
      .insertInto('callAlerts')
      .values({
        ...{
          id: alertId,
          companyId,
          ruleId,
          ruleName: 'Bad calls',
          metric: 'mos',
          comparison: 'below',
          threshold: 3.5,
        },
        ...{
          scopeKind: 'all',
          subject: '',
          value: 2,
          calls: 3,
          culprit: JSON.stringify(culprit),
          raisedAt: at,
        },
      })
      .execute();
    const tokenSealed = vault.seal(`push_device:${companyId}:${deviceId}`, 'a'.repeat(64));
    const device = { userId, companyId, platform: 'ios' };
    await tx
      .insertInto('pushDevices')
      .values({
        ...{
          ...device,
          id: deviceId,
          name: 'iPhone',
          appId: 'org.example.relais',
          environment: 'production',
        },
        ...{ tokenSealed, tokenHash: deviceId.replaceAll('-', '').repeat(2), createdAt: at, seenAt: at },
      })
      .execute();
    await tx
      .insertInto('pushTraces')
      .values({
        ...device,
        id: traceId,
        kind: 'test',
        deviceId,
        deviceName: 'iPhone',
        content: '{}',
        createdAt: at,
      })
      .execute();
  });
  return { alertId, pushDeviceId: deviceId, pushTraceId: traceId };
}
