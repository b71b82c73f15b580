import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../server/kernel/clock.ts';
import type { Kernel } from '../../server/kernel/ctx.ts';
import { LEASE_MS, planReports, sendReports } from '../../server/modules/insights/report-mail.ts';
import { killAt } from '../harness/kill.ts';
import { type MailServer, startMailServer } from '../harness/mail-server.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Reports by e-mail, to a real SMTP server: each period's report leaves once, whatever dies, repeats or does not answer.
// The clock stands where a test puts it, and nothing runs that the test does not start.
const MINUTE_MS = 60_000;
const clock = manualClock(Date.parse('2026-03-01T00:00:00Z'));
let relais: TestRelais;
let mail: MailServer;
/** A company in Paris for each test, and its owner. */
let company: Awaited<ReturnType<TestRelais['addCompany']>>;
let ownerId: string;

beforeAll(async () => {
  mail = await startMailServer();
  relais = await startRelais({
    clock,
    config: {
      ...{
        RELAIS_ROLE: 'api',
        SMTP_URL: mail.url,
        MAIL_FROM: 'Relais <no-reply@relais.test>',
        SMTP_TIMEOUT_MS: 300,
      },
    },
  });
});
afterAll(async () => {
  await relais?.stop();
  await mail?.stop();
});
beforeEach(async () => {
  mail.mood = 'takes';
  await relais.kernel.db.ownerPool.query('update report_schedules set paused_at = now()');
  company = await relais.addCompany('Paris <b>SARL</b>');
  ownerId = (await company.api.get('/api/members')).body.members[0].userId;
  mail.letters.length = 0;
});

function at(iso: string): void {
  clock.advance(Date.parse(iso) - clock.nowMs());
}

async function schedule(more: object = {}): Promise<string> {
  const input = { userId: ownerId, report: 'activity', rhythm: 'daily', hour: 8, language: 'fr', ...more };
  const { status, body } = await company.api.post('/api/insights/schedules', input);
  expect(status, JSON.stringify(body)).toBe(201);
  return body.schedule.id;
}

async function tick(kernel: Kernel = relais.kernel): Promise<void> {
  await planReports(kernel);
  await sendReports(kernel);
}

const sendings = async () => (await company.api.get('/api/insights/sendings')).body.sendings;

describe('a report that is due', () => {
  it('leaves at its hour where the company is, with what it was asked for', async () => {
    at('2026-03-10T07:00:00Z');
    await schedule({ withPdf: true, withCsv: true });
    at('2026-03-11T06:59:00Z');
    await tick();
    expect(mail.letters).toHaveLength(0);
    at('2026-03-11T07:00:00Z');
    await tick();
    expect(mail.letters).toHaveLength(1);
    const [letter] = mail.letters;
    expect(letter!.to).toBe(company.owner.email);
    expect(letter!.headers).toMatchObject({
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
      'auto-submitted': 'auto-generated',
    });
    const [text, html, pdf, csv] = letter!.parts;
    expect(text!.content.toString()).toContain('Activité du jour de Paris <b>SARL</b> : mardi 10 mars 2026.');
    expect(html!.content.toString()).toContain('Paris &lt;b&gt;SARL&lt;/b&gt;');
    expect(pdf).toMatchObject({ type: 'application/pdf', filename: 'daily-activity-2026-03-10.pdf' });
    expect(pdf!.content.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf!.content.subarray(-8).toString()).toContain('%%EOF');
    expect(csv).toMatchObject({ type: 'text/csv', filename: 'daily-activity-2026-03-10.csv' });
    expect(csv!.content.toString()).toContain('Indicateur;Valeur;Veille;Devise\r\nAppels;0;0;');
    expect(await sendings()).toMatchObject([
      {
        state: 'sent',
        attempts: 1,
        from: '2026-03-10',
        to: '2026-03-10',
        email: company.owner.email,
        byHand: false,
      },
    ]);
  });

  it('tells of the week before on Monday, and of the month before on its first day', async () => {
    at('2026-03-25T12:00:00Z');
    await schedule({ rhythm: 'weekly' });
    await schedule({ rhythm: 'monthly', report: 'costs', language: 'en' });
    at('2026-03-30T07:00:00Z');
    await tick();
    at('2026-04-01T07:00:00Z');
    await tick();
    expect(
      (await sendings()).map(({ from, to, report }: Record<string, string>) => [report, from, to]),
    ).toEqual([
      ['costs', '2026-03-01', '2026-03-31'],
      ['activity', '2026-03-23', '2026-03-29'],
    ]);
    expect(mail.letters.at(-1)!.headers.subject).toContain('Monthly costs – March 2026 – Paris');
  });

  it('leaves once when many processes look at the same moment, and again', async () => {
    at('2026-04-10T06:00:00Z');
    await schedule();
    at('2026-04-11T06:00:00Z');
    await Promise.all([tick(), tick(), tick(), tick()]);
    await tick();
    expect(mail.letters).toHaveLength(1);
  });

  it('is not made up for when nothing ran for days: the last one leaves', async () => {
    at('2026-04-20T07:00:00Z');
    await schedule();
    at('2026-04-27T12:00:00Z');
    await tick();
    expect(await sendings()).toMatchObject([{ from: '2026-04-26' }]);
  });
});

describe('a change of clocks', () => {
  it('neither doubles nor drops the report of an hour that it leaves out', async () => {
    at('2027-03-27T12:00:00Z');
    await schedule({ hour: 2 });
    at('2027-03-28T00:59:00Z');
    await tick();
    expect(mail.letters).toHaveLength(0);
    // 02:00 is 03:00 on this day.
    at('2027-03-28T01:00:00Z');
    await tick();
    at('2027-03-28T23:00:00Z');
    await tick();
    expect(mail.letters).toHaveLength(1);
  });

  it('neither doubles nor drops the report of an hour that comes twice', async () => {
    at('2027-10-30T12:00:00Z');
    await schedule({ hour: 2 });
    for (const minute of ['00:00', '00:30', '01:00', '01:30', '02:00']) {
      at(`2027-10-31T${minute}:00Z`);
      await tick();
    }
    expect(mail.letters).toHaveLength(1);
    at('2027-11-01T01:00:00Z');
    await tick();
    expect(mail.letters).toHaveLength(2);
  });

  it('of the company to another time zone sends no period twice', async () => {
    at('2027-11-10T04:00:00Z');
    await schedule();
    at('2027-11-11T07:30:00Z');
    await tick();
    await company.api.patch('/api/company', { timeZone: 'America/New_York' });
    at('2027-11-11T14:00:00Z');
    await tick();
    expect(await sendings()).toMatchObject([{ from: '2027-11-10' }]);
  });
});

describe('a process that dies', () => {
  it('loses nothing at any step, and sends twice only what the mail server had taken', async () => {
    at('2027-12-01T04:00:00Z');
    await schedule({ withPdf: false });
    let doubled = 0;
    for (const when of ['before', 'after'] as const)
      for (let step = 1; ; step++) {
        clock.advance(24 * 60 * MINUTE_MS);
        mail.letters.length = 0;
        const { kernel, killed } = killAt(relais.kernel, step, when);
        await tick(kernel).catch(() => undefined);
        clock.advance(LEASE_MS);
        await tick();
        expect(new Set(mail.letters.map(({ headers }) => headers['message-id'])).size).toBe(1);
        if (mail.letters.length > 1) doubled += 1;
        expect((await sendings())[0]).toMatchObject({ state: 'sent' });
        if (!killed()) break;
        expect(step).toBeLessThan(20);
      }
    // Before the transaction that says so, and nowhere else.
    expect(doubled).toBe(1);
  });
});

describe('a mail server', () => {
  it('that is away is tried again, later and later, and the page says why and when', async () => {
    at('2028-01-10T04:00:00Z');
    await schedule({ withPdf: false });
    const away = { ...relais.kernel, config: { ...relais.kernel.config, SMTP_URL: 'smtp://127.0.0.1:1' } };
    at('2028-01-11T07:00:00Z');
    await tick(away);
    const [first] = await sendings();
    expect(first).toMatchObject({ state: 'waiting', attempts: 1, nextAt: '2028-01-11T07:01:00.000Z' });
    expect(first.reason).toContain('ECONNREFUSED');
    await tick();
    expect(mail.letters).toHaveLength(0);
    clock.advance(60_000);
    await tick(away);
    expect((await sendings())[0]).toMatchObject({ attempts: 2, nextAt: '2028-01-11T07:06:00.000Z' });
    clock.advance(5 * MINUTE_MS);
    await tick();
    expect(mail.letters).toHaveLength(1);
    expect((await sendings())[0]).toMatchObject({ state: 'sent', attempts: 3, reason: null, nextAt: null });
  });

  it('that stays away makes it fail for good, most of a day later', async () => {
    at('2028-01-20T04:00:00Z');
    await schedule({ withPdf: false });
    const away = { ...relais.kernel, config: { ...relais.kernel.config, SMTP_URL: '' } };
    at('2028-01-21T07:00:00Z');
    for (let minutes = 0; minutes < 24 * 60; minutes += 20) {
      await sendReports(away);
      if (minutes === 0) await tick(away);
      clock.advance(20 * MINUTE_MS);
    }
    expect((await sendings())[0]).toMatchObject({
      state: 'failed',
      attempts: 8,
      reason: 'SMTP_URL is not set',
    });
    mail.letters.length = 0;
    await sendReports(relais.kernel);
    expect(mail.letters).toHaveLength(0);
  });

  it('that refuses the address for good is not asked again', async () => {
    at('2028-02-10T04:00:00Z');
    await schedule({ withPdf: false });
    mail.mood = 'refuses';
    at('2028-02-11T07:00:00Z');
    await tick();
    const [sending] = await sendings();
    expect(sending).toMatchObject({ state: 'failed', attempts: 1, nextAt: null });
    expect(sending.reason).toContain('No such person here');
  });

  const later: MailServer['mood'][] = ['is_busy', 'says_nothing'];
  for (const mood of later)
    it(`that ${mood.replaceAll('_', ' ')} is asked again`, async () => {
      at(mood === 'is_busy' ? '2028-03-01T04:00:00Z' : '2028-03-10T04:00:00Z');
      await schedule({ withPdf: false });
      mail.mood = mood;
      clock.advance(27 * 60 * MINUTE_MS);
      await tick();
      expect((await sendings())[0]).toMatchObject({ state: 'waiting', attempts: 1 });
      mail.mood = 'takes';
      clock.advance(MINUTE_MS);
      await sendReports(relais.kernel);
      expect((await sendings())[0]).toMatchObject({ state: 'sent', attempts: 2 });
      expect(mail.letters).toHaveLength(1);
    });

  it('that drops the connection after it took a letter gets it again under the same name', async () => {
    at('2028-04-10T04:00:00Z');
    await schedule({ withPdf: false });
    mail.mood = 'drops_after_data';
    clock.advance(27 * 60 * MINUTE_MS);
    await tick();
    expect((await sendings())[0]).toMatchObject({ state: 'waiting' });
    mail.mood = 'takes';
    clock.advance(MINUTE_MS);
    await tick();
    expect(mail.letters).toHaveLength(2);
    expect(mail.letters[0]!.headers['message-id']).toBe(mail.letters[1]!.headers['message-id']);
  });
});

describe('a reader', () => {
  /** The address of the button that mail programs show. */
  const oneClick = () => /<(.+)>/.exec(mail.letters.at(-1)!.headers['list-unsubscribe']!)![1]!;

  it('who wants no more presses the button of the mail program once, or twice', async () => {
    at('2028-05-10T04:00:00Z');
    const id = await schedule({ withPdf: false });
    at('2028-05-11T07:00:00Z');
    await tick();
    const address = oneClick();
    expect((await fetch(address)).status).toBe(200);
    const page = await fetch(address, { headers: { accept: 'text/html' }, redirect: 'manual' });
    expect(page.status).toBe(303);
    expect(page.headers.get('location')).toContain('/unsubscribe/');
    const states = async () =>
      (await company.api.get('/api/insights/schedules')).body.schedules.map(
        ({ state }: { state: string }) => state,
      );
    expect(await states()).toEqual(['on']);
    for (let times = 0; times < 2; times++) {
      const ended = await fetch(address, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'List-Unsubscribe=One-Click',
      });
      expect(await ended.json()).toMatchObject({ success: true, unsubscribed: true, report: 'activity' });
    }
    expect(await states()).toEqual(['unsubscribed']);
    at('2028-05-12T07:00:00Z');
    await tick();
    expect(mail.letters).toHaveLength(1);
    expect(await company.api.post(`/api/insights/schedules/${id}/send`)).toMatchObject({ status: 409 });
  });

  it('cannot be ended by anybody who makes up an address', async () => {
    for (const token of [
      'x',
      'a'.repeat(160),
      Buffer.from(`${company.companyId}:${ownerId}`).toString('base64url'),
    ])
      expect(
        (await fetch(`${relais.baseUrl}/api/insights/unsubscribe/${token}`, { method: 'POST' })).status,
      ).toBe(404);
  });

  it('who left gets nothing more, and what was sent stays to be seen', async () => {
    const { body } = await company.api.post('/api/invitations', {
      email: 'leaver@example.test',
      role: 'agent',
    });
    const token = body.link.split('/').at(-1);
    await fetch(`${relais.baseUrl}/api/invitations/by-token/${token}/accept`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Lea', password: 'a long enough password' }),
    });
    const leaver = (await company.api.get('/api/members')).body.members[1];
    at('2028-06-10T04:00:00Z');
    await schedule({ userId: leaver.userId, withPdf: false });
    at('2028-06-11T07:00:00Z');
    await tick();
    expect(mail.letters).toHaveLength(1);
    at('2028-06-12T07:00:00Z');
    await planReports(relais.kernel);
    expect((await company.api.delete(`/api/members/${leaver.id}`)).status).toBe(200);
    await sendReports(relais.kernel);
    expect(mail.letters).toHaveLength(1);
    expect((await company.api.get('/api/insights/schedules')).body.schedules).toEqual([]);
    expect(await sendings()).toMatchObject([
      { state: 'skipped', reason: 'removed', scheduleId: null },
      { state: 'sent', email: 'leaver@example.test' },
    ]);
  });

  it('who is of another company is refused, and another company sees nothing', async () => {
    const other = await relais.addCompany('Elsewhere SARL');
    const input = { userId: ownerId, report: 'activity', rhythm: 'daily', hour: 8, language: 'fr' };
    expect((await other.api.post('/api/insights/schedules', input)).body.code).toBe('report_reader_unknown');
    await schedule();
    expect((await other.api.get('/api/insights/schedules')).body.schedules).toEqual([]);
    for (const wrong of [
      { hour: 24 },
      { hour: 8.5 },
      { rhythm: 'hourly' },
      { language: 'de' },
      { userId: 'x' },
    ])
      expect((await company.api.post('/api/insights/schedules', { ...input, ...wrong })).status).toBe(400);
  });
});

describe('a person', () => {
  it('sends one now, as often as it is asked for, beside the one that is due', async () => {
    at('2028-07-10T04:00:00Z');
    const id = await schedule({ withPdf: false });
    for (let times = 0; times < 2; times++)
      expect((await company.api.post(`/api/insights/schedules/${id}/send`)).status).toBe(202);
    await tick();
    at('2028-07-10T06:00:00Z');
    await tick();
    expect(mail.letters).toHaveLength(3);
    expect(await sendings()).toMatchObject([{ byHand: false }, { byHand: true }, { byHand: true }]);
  });

  it('pauses it, and goes on without what was missed', async () => {
    at('2028-08-10T04:00:00Z');
    const id = await schedule({ withPdf: false });
    await company.api.patch(`/api/insights/schedules/${id}`, { paused: true });
    at('2028-08-11T10:00:00Z');
    await tick();
    const on = await company.api.patch(`/api/insights/schedules/${id}`, { paused: false });
    expect(on.body.schedule).toMatchObject({ state: 'on', nextAt: '2028-08-12T06:00:00.000Z' });
    await tick();
    expect(mail.letters).toHaveLength(0);
    at('2028-08-12T06:00:00Z');
    await tick();
    expect(mail.letters).toHaveLength(1);
  });
});
