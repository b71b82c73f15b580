import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemCtx } from '../../server/kernel/ctx.ts';
import { syncGroup } from '../../server/modules/compliance/sync.ts';
import { pdf } from '../harness/files.ts';
import { valueFor } from '../harness/paperwork.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Flow A while the provider is down: what people filled in stays filled in, and is sent when it is back.
let relais: TestRelais;
beforeAll(async () => {
  relais = await startRelais({ config: { RECONCILE_SECONDS: 3600, PROVIDER_TIMEOUT_MS: 300 } });
});
afterAll(() => relais?.stop());

interface Fault {
  kind: string;
  match: { provider?: string; method?: string; path?: string };
  times: number | null;
}

/** Makes the sandbox misbehave until the returned function is called. */
async function withFault(fault: Fault): Promise<() => Promise<void>> {
  const api = `${relais.sandbox.url}/sandbox/api/faults`;
  const answer = await fetch(api, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
  const { id } = (await answer.json()) as { id: string };
  expect(answer.ok).toBe(true);
  return async () => {
    await fetch(`${api}/${id}`, { method: 'DELETE' });
  };
}

/** What the timer or the job does later. */
const sendLater = (groupId: string) => syncGroup(systemCtx(relais.kernel, relais.companyId, 'test'), groupId);

async function groupsAtTelnyx(country: string): Promise<unknown[]> {
  const response = await fetch(`${relais.sandbox.telnyx.baseUrl}/requirement_groups`, {
    headers: { authorization: `Bearer ${relais.sandbox.telnyx.apiKey}` },
  });
  const groups = (await response.json()) as { country_code: string }[];
  return groups.filter((group) => group.country_code === country);
}

describe('the provider is down', () => {
  it('while the group is made: the error says so, and the next try makes one group, not two', async () => {
    const heal = await withFault({
      kind: 'error_before',
      match: { provider: 'telnyx', method: 'POST', path: '/v2/requirement_groups' },
      times: null,
    });
    const failed = await relais.api.post('/api/requirement-groups', { destinationZone: 'FR' });
    expect(failed.status, JSON.stringify(failed.body)).toBe(500);
    expect(failed.body).toMatchObject({ success: false, code: 'provider_error' });
    await heal();
    const healed = await relais.api.post('/api/requirement-groups', { destinationZone: 'FR' });
    expect(healed).toMatchObject({
      status: 200,
      body: { isNew: false, group: { telnyxId: expect.any(String) } },
    });
    expect(await groupsAtTelnyx('FR')).toHaveLength(1);
  });

  it('while answers are given: they are saved here, and sent once it is back', async () => {
    const { body } = await relais.api.post('/api/requirement-groups', { destinationZone: 'FR' });
    const { group } = body;
    const heal = await withFault({
      kind: 'error_before',
      match: { provider: 'telnyx', path: '/v2/*' },
      times: null,
    });
    const find = (type: string) =>
      group.requirements.find((requirement: { type: string }) => requirement.type === type);
    const [text, file] = [find('textual'), find('document')];
    const door = `/api/requirements/groups/${group.id}`;
    const saved = await relais.api.post(`${door}/values/${text.field}`, valueFor(text));
    expect(saved.status, JSON.stringify(saved.body)).toBe(200);
    expect(saved.body.requirement).toMatchObject({ status: 'completed', sentAt: null });
    expect((await relais.api.upload(`${door}/documents/${file.field}`, pdf('kbis.pdf'))).status).toBe(200);
    await expect(sendLater(group.id)).rejects.toThrow();

    await heal();
    expect(await sendLater(group.id)).toBe('synced');
    const { body: after } = await relais.api.get(`/api/requirement-groups/${group.id}`);
    const sent = after.group.requirements.filter(
      (requirement: { sentAt: string | null }) => requirement.sentAt,
    );
    expect(sent.map((requirement: { field: string }) => requirement.field).sort()).toEqual(
      [text.field, file.field].sort(),
    );
  });

  it('while a number is searched or bought: an error, and no order', async () => {
    const { body: search } = await relais.api.get('/api/phone-numbers/search?countryCode=US');
    const heal = await withFault({
      kind: 'error_before',
      match: { provider: 'telnyx', path: '/v2/*' },
      times: null,
    });
    expect(await relais.api.get('/api/phone-numbers/search?countryCode=US')).toMatchObject({
      status: 500,
      body: { code: 'provider_error' },
    });
    const bought = await relais.api.post('/api/phone-numbers/purchase', {
      phoneNumber: search.numbers[0].phoneNumber,
    });
    expect(bought).toMatchObject({ status: 500, body: { code: 'provider_error' } });
    expect((await relais.api.get('/api/phone-numbers/')).body.numbers).toEqual([]);
    await heal();
    const again = await relais.api.post('/api/phone-numbers/purchase', {
      phoneNumber: search.numbers[0].phoneNumber,
    });
    expect(again.status, JSON.stringify(again.body)).toBe(201);
  });
});
