import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Kernel } from '../../server/kernel/ctx.ts';
import { sql } from '../../server/kernel/db/index.ts';
import { onCallEvent } from '../../server/modules/calls/index.ts';
import type { ProviderEvent } from '../../server/modules/providers/index.ts';
import { buyCallNumber, PACE_MS, telephones } from '../harness/calls.ts';
import { eventually } from '../harness/eventually.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Somebody calls a number that reaches us and that nobody here holds any more, where nothing happens unless we ask for it.

let relais: TestRelais;
let phones: ReturnType<typeof telephones>;
let gone: string;

beforeAll(async () => {
  relais = await startRelais({ config: { PROVIDER_TIMEOUT_MS: 1000 }, reviewMs: PACE_MS });
  phones = telephones(relais);
  const number = await buyCallNumber(relais, 'telnyx');
  gone = number.phoneNumber;
  // Its calls still come to our address, and it is nobody's here.
  await relais.kernel.db.ownerPool.query("update numbers set status = 'error' where id = $1", [number.id]);
});
afterAll(() => relais?.stop());

const kept = async (caller: string) =>
  (await relais.api.get('/api/calls/unroutable')).body.calls.filter(
    ({ from }: { from: string }) => from === caller,
  );

it('it is declined at once, kept as unroutable, and is nobody’s call', async () => {
  const caller = '+14155550901';
  await phones.call(caller, gone);
  await phones.falls(caller);
  expect((await phones.linesOf(caller, '0'))[0]).toMatchObject({ answeredAt: null });
  await eventually(async () => expect(await kept(caller)).toMatchObject([{ reason: 'unknown_number' }]));
  expect((await relais.api.get('/api/calls')).body.calls).toEqual([]);
});

it.each([
  ['an answer that is lost', 'timeout_after', '+14155550902', 1],
  ['a provider that fails for a while', 'error_before', '+14155550903', 4],
])('%s changes nothing: it is declined one time', async (_what, kind, caller, times) => {
  const match = { provider: 'telnyx', path: '/v2/calls/*/actions/reject', number: caller };
  await phones.fault({ kind, match, times });
  await phones.call(caller, gone);
  await phones.falls(caller);
  await relais.app.eventsSettled();
  expect(await kept(caller)).toHaveLength(1);
});

it('the event again, also after the end and much later, changes nothing', async () => {
  const caller = '+14155550904';
  await phones.call(caller, gone);
  await phones.falls(caller);
  await relais.app.eventsSettled();
  const { rows } = await sql<Record<string, unknown> & { payload: string }>`
    select * from provider_events where type = 'call.initiated' order by id desc limit 1`.execute(
    relais.kernel.db.system,
  );
  const [row] = rows;
  const { data } = JSON.parse(row!.payload) as { data: { payload: unknown } };
  const event = { ...row, payload: data.payload } as unknown as ProviderEvent;
  const nowMs = () => relais.kernel.clock.nowMs() + 3_600_000;
  const later: Kernel = { ...relais.kernel, clock: { nowMs, now: () => new Date(nowMs()) } };
  for (const kernel of [relais.kernel, relais.kernel, later])
    expect(await onCallEvent(kernel, event)).toBe('ignored');
  expect(await kept(caller)).toHaveLength(1);
});
