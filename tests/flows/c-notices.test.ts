import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemCtx, transact } from '../../server/kernel/ctx.ts';
import { newId } from '../../server/kernel/ids.ts';
import { insertAlert } from '../../server/modules/billing/budgets-store.ts';
import { findSilent } from '../../server/modules/callbox/box-jobs.ts';
import { tellPeople } from '../../server/modules/calls/push-news.ts';
import { eventually } from '../harness/eventually.ts';
import { HEARTBEAT, REGISTRATION, sharedBoxes } from '../harness/fleet.ts';
import { makeBox, makeTransaction } from '../harness/float-rows.ts';
import { join, signedIn } from '../harness/people.ts';
import type { Person } from '../harness/person.ts';
import { startApns, startFcm, startWebPush } from '../harness/push-services.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, conversationWith, handsets, type TextNumber } from '../harness/texts.ts';

// Something happens while nobody looks at the console: the devices of those whom it concerns are told, once, in their own words.

let relais: TestRelais;
let apns: Awaited<ReturnType<typeof startApns>>;
let fcm: Awaited<ReturnType<typeof startFcm>>;
let web: Awaited<ReturnType<typeof startWebPush>>;
let owner: Person;
let number: TextNumber;
let count = 0;

beforeAll(async () => {
  [apns, fcm, web] = [await startApns(), await startFcm(), await startWebPush()];
  relais = await startRelais({
    config: { ...apns.config, ...fcm.config, ...web.config, OUTGOING_ALLOW_PRIVATE: true },
  });
  owner = await signedIn(relais, relais.owner);
  number = await buyTextNumber(relais, 'telnyx');
});
afterAll(async () => {
  await relais?.stop();
  for (const service of [apns, fcm, web]) {
    expect(service?.faults).toEqual([]);
    await service?.close();
  }
});

async function joined(role: string) {
  const { person } = await join(relais, owner, role);
  return { person, userId: (await person.get('/api/me')).body.user.id as string };
}

/** A browser of somebody's that wants to be told of something. */
async function browserOf(person: Person, notices: string[], more: object = {}) {
  count += 1;
  const name = `browser-${count}`;
  const { subscription } = web.subscribe(name);
  const { status, body } = await person.post('/api/push/devices', {
    ...{ platform: 'web', subscription, name, notices, ...more },
  });
  expect({ status, notices: body.device?.notices }).toEqual({ status: 201, notices });
  return {
    id: body.device.id as string,
    address: `/push/${name}`,
    change: (change: object) => person.patch(`/api/push/devices/${body.device.id}`, change),
    told: () => web.delivered.filter(({ token }) => token === `/push/${name}`),
  };
}
type Device = Awaited<ReturnType<typeof browserOf>>;

const toldOf = async (device: Device, sent: number) =>
  eventually(() => {
    expect(device.told().map(({ data }) => data.type)).toHaveLength(sent);
    return device.told().map(({ data }) => data);
  });
const query = async (text: string) => (await relais.kernel.db.ownerPool.query(text)).rows;
const texted = (from: string, words: string) => handsets(relais).text(from, number.phoneNumber, words);

describe('a text that comes in', () => {
  it('is told to whoever may read it and wants to know, without its words', async () => {
    const [ada, bob] = [await joined('agent'), await joined('agent')];
    const [told, other, words] = [
      await browserOf(ada.person, ['texts']),
      await browserOf(bob.person, ['calls', 'budgets']),
      await browserOf(bob.person, ['texts'], { showsWords: true, language: 'fr' }),
    ];
    await texted('+33612340001', 'Is the shop open?');
    const { id } = await conversationWith(relais.api, '+33612340001');
    const [notice] = await toldOf(told, 1);
    expect(notice).toMatchObject({
      ...{ type: 'notice.texts', companyId: relais.companyId, title: '+33612340001', body: 'New text' },
      ...{ path: `/inbox/${id}`, tag: `text.${id}` },
    });
    expect((await toldOf(words, 1))[0]).toMatchObject({ body: 'Is the shop open?' });
    await words.change({ showsWords: false });
    await texted('+33612340001', 'Hello?');
    expect((await toldOf(words, 2))[1]).toMatchObject({ body: 'Nouveau message', tag: `text.${id}` });
    await toldOf(told, 2);
    // What is not delivered yet is replaced by what comes next in the same conversation.
    const [first, second] = told.told().map(({ headers }) => headers.topic);
    expect(first).toBe(second);
    expect(other.told()).toEqual([]);
    // What became of notices stays, and their words do not.
    await eventually(async () =>
      expect(
        await query(
          "select count(*)::int as count from push_traces where kind = 'notice' and content <> '{}'",
        ),
      ).toEqual([{ count: 0 }]),
    );
  });

  it('of a conversation that is somebody’s is told to them alone; numbers stay hidden from those who may not see them', async () => {
    const [ada, bob, viewer] = [await joined('agent'), await joined('agent'), await joined('viewer')];
    await texted('+33612340002', 'First');
    const { id } = await conversationWith(relais.api, '+33612340002');
    await eventually(async () => expect(await query('select 1 from push_news')).toEqual([]));
    const devices = [await browserOf(ada.person, ['texts']), await browserOf(bob.person, ['texts'])];
    const seen = await browserOf(viewer.person, ['texts']);
    expect((await owner.post(`/inbox/conversations/${id}/assign`, { user_id: ada.userId })).status).toBe(200);
    await texted('+33612340002', 'Second');
    await toldOf(devices[0]!, 1);
    await owner.post(`/inbox/conversations/${id}/assign`, { user_id: null });
    await texted('+33612340002', 'Third');
    await toldOf(devices[0]!, 2);
    await toldOf(devices[1]!, 1);
    const title = String((await toldOf(seen, 1))[0]!.title);
    expect(title).toMatch(/•.*02$/);
    expect(title).not.toContain('1234');
  });

  it('reaches telephones as a notice that the system shows, which takes a token of its own on an iPhone', async () => {
    const ada = await joined('agent');
    const [voip, alert] = [`${'a'.repeat(60)}0001`, `${'b'.repeat(60)}0002`];
    const iPhone = { platform: 'ios', token: voip, appId: 'org.example.relais', name: 'iPhone' };
    const plain = await ada.person.post('/api/push/devices', { ...iPhone, notices: ['calls', 'texts'] });
    expect(plain.body.device.notices).toEqual(['calls']);
    const both = { ...iPhone, alertToken: alert, notices: ['calls', 'texts'] };
    const { device } = (await ada.person.post('/api/push/devices', both)).body;
    expect(device).toMatchObject({ id: plain.body.device.id, notices: ['calls', 'texts'] });
    // A start of the app that says nothing of wishes changes none.
    const again = (await ada.person.post('/api/push/devices', { ...iPhone, alertToken: alert })).body.device;
    expect(again.notices).toEqual(['calls', 'texts']);
    const pixel = { platform: 'android', token: 'token-of-a-pixel-phone', name: 'Pixel', notices: ['texts'] };
    await ada.person.post('/api/push/devices', pixel);
    await texted('+33612340003', 'Hello');
    await eventually(() => {
      expect(apns.delivered.filter(({ token }) => token === voip)).toEqual([]);
      const [told] = apns.delivered.filter(({ token }) => token === alert);
      expect(told!.headers).toMatchObject({ 'apns-push-type': 'alert', 'apns-topic': 'org.example.relais' });
      expect(told!.data).toMatchObject({
        aps: { alert: { title: '+33612340003', body: 'New text' } },
        type: 'notice.texts',
      });
      expect(fcm.delivered.at(-1)!.data).toMatchObject({ type: 'notice.texts', title: '+33612340003' });
    });
  });

  it('is not told any more to a browser that is gone, or hours later', async () => {
    const ada = await joined('agent');
    const [gone, late] = [await browserOf(ada.person, ['texts']), await browserOf(ada.person, ['texts'])];
    web.verdicts.set(gone.address, { status: 410, reason: 'gone' });
    web.verdicts.set(late.address, { status: 503, reason: 'busy' });
    await texted('+33612340004', 'Hello');
    const deviceOf = async ({ id }: Device) =>
      (await ada.person.get('/api/push/devices')).body.devices.find((each: Device) => each.id === id);
    await eventually(async () => expect((await deviceOf(gone)).retiredReason).toBe('gone'));
    const traces = `from push_traces where device_id = '${late.id}' and kind = 'notice'`;
    await eventually(async () =>
      expect(await query(`select provider_status ${traces}`)).toEqual([{ provider_status: 503 }]),
    );
    web.verdicts.delete(late.address);
    await query(
      `update push_traces set created_at = created_at - interval '5 hours' where device_id = '${late.id}'`,
    );
    await eventually(async () =>
      expect(await query(`select failure ${traces}`)).toEqual([{ failure: 'too_late' }]),
    );
    expect(late.told()).toEqual([]);
    // What waited while no process ran.
    await query(
      `insert into push_news (company_id, kind, about, data, created_at) values ('${relais.companyId}', 'texts', gen_random_uuid(),
        '{"from": "+33612340009"}', now() - interval '5 hours')`,
    );
    await eventually(async () => expect(await query('select 1 from push_news')).toEqual([]));
    expect(await query(`select count(*)::int as count ${traces}`)).toEqual([{ count: 1 }]);
  });

  it('is told once however many processes look, and to nobody who left the company', async () => {
    const [ada, bob] = [await joined('agent'), await joined('agent')];
    const [told, left] = [await browserOf(ada.person, ['texts']), await browserOf(bob.person, ['texts'])];
    const { members } = (await owner.get('/api/members')).body;
    const { id } = members.find((each: { userId: string }) => each.userId === bob.userId);
    expect((await owner.delete(`/api/members/${id}`)).status).toBe(200);
    await texted('+33612340005', 'Hello');
    await conversationWith(relais.api, '+33612340005');
    await Promise.all([1, 2, 3].map(() => tellPeople(relais.kernel)));
    await toldOf(told, 1);
    await eventually(async () => expect(await query('select 1 from push_news')).toEqual([]));
    expect(
      await query(`select count(*)::int as count from push_traces where device_id = '${told.id}'`),
    ).toEqual([{ count: 1 }]);
    expect(left.told()).toEqual([]);
  });
});

describe('what happens to boxes and money', () => {
  it('is told: an outcome that nobody knows, little money on a SIM, a box in quarantine', async () => {
    const ada = await joined('agent');
    const told = await browserOf(ada.person, ['unknown', 'lowFloat', 'boxes'], { language: 'en' });
    const at = { kernel: relais.kernel, companyId: relais.companyId };
    const known = { knownSince: new Date(), available: 0 };
    const { boxId, simIds } = await makeBox(at, [{ slot: 'SIM1', operator: 'mtn', ...known }], 'box-notices');
    await owner.patch(`/api/float/${simIds[0]}`, { lowFloatBelow: 2000 });
    const money = { kind: 'adjustment', amount: 500, reason: 'Counted' };
    const booked = await relais.api.post(`/api/float/${simIds[0]}/entries`, money);
    expect(booked.status, JSON.stringify(booked.body)).toBe(201);
    expect((await toldOf(told, 1))[0]).toMatchObject({
      ...{ type: 'notice.lowFloat', title: 'A SIM runs low on money', body: 'box-notices · SIM1' },
      path: `/float?sim=${simIds[0]}`,
    });
    const quarantine = { quarantine: { reason: 'It dials twice' } };
    expect((await owner.patch(`/api/boxes/${boxId}`, quarantine)).status).toBe(200);
    expect((await toldOf(told, 2))[1]).toMatchObject({
      ...{
        type: 'notice.boxes',
        title: 'A CallBox is in quarantine',
        body: 'box-notices',
        path: `/boxes/${boxId}`,
      },
    });
    const handed = { simId: simIds[0]!, handedAt: new Date(), attempt: 1 };
    const id = await makeTransaction(at, { status: 'processing', boxId, ...handed });
    await query(`update transactions set status = 'unknown' where id = '${id}'`);
    expect((await toldOf(told, 3))[2]).toMatchObject({
      type: 'notice.unknown',
      path: '/transactions/unknown',
    });
  });

  it('is told of a box that stays away, and not of one that is back soon', async () => {
    const told = await browserOf((await joined('viewer')).person, ['boxes']);
    const boxes = sharedBoxes(relais);
    for (const callboxId of ['box-away', 'box-back'])
      expect((await boxes.post('/api/call-box/register', { ...REGISTRATION, callboxId })).status).toBe(200);
    const silent = (code: string, forHowLong: string) =>
      query(`update box_presence set last_seen_at = now() - interval '${forHowLong}', last_pull_at = null
        where box_id = (select id from boxes where code = '${code}')`);
    await silent('box-back', '40 seconds');
    await findSilent(relais.kernel);
    const waiting = () =>
      query("select data ->> 'box' as box from push_news where data ->> 'event' = 'away'");
    await eventually(async () => expect(await waiting()).toEqual([{ box: 'box-back' }]));
    await boxes.post('/api/call-box/heartbeat', { ...HEARTBEAT, callboxId: 'box-back' });
    await eventually(async () => expect(await waiting()).toEqual([]));
    await silent('box-away', '3 minutes');
    await findSilent(relais.kernel);
    expect(await toldOf(told, 1)).toMatchObject([
      { title: 'A CallBox is away', body: 'box-away has not been heard of for two minutes.' },
    ]);
  });

  it('is told of the highest threshold of a budget, to those who may see what is spent', async () => {
    const told = await browserOf((await joined('viewer')).person, ['budgets'], { showsWords: true });
    const budget = {
      name: 'Texts',
      period: 'month',
      kind: 'text',
      currency: 'USD',
      amount: '10',
      hardStop: true,
    };
    const { body } = await relais.api.post('/api/budgets', budget);
    const ctx = systemCtx(relais.kernel, relais.companyId, 'test');
    await transact(ctx, async (tx) => {
      for (const threshold of [50, 100]) {
        const row = { id: newId(relais.kernel.clock), companyId: relais.companyId, budgetId: body.budget.id };
        const spent = { spent: '10.5', amount: '10', currency: 'USD', createdAt: relais.kernel.clock.now() };
        await insertAlert(tx, { ...row, ...spent, periodStart: '2026-01-01', revision: 1, threshold });
      }
    });
    expect(await toldOf(told, 1)).toMatchObject([
      {
        title: 'Budget “Texts”: 100 % reached',
        body: '10.50 USD spent: what would go beyond it is refused.',
      },
    ]);
  });
});
