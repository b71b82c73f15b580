import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { join, signedIn } from '../harness/people.ts';
import type { Person } from '../harness/person.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';
import { buyTextNumber, handsets, type TextNumber } from '../harness/texts.ts';

// Texts that are written again and again, and how the inbox behaves.
let relais: TestRelais;
let number: TextNumber;
let agent: Person;

beforeAll(async () => {
  relais = await startRelais({ config: { RECONCILE_SECONDS: 3600 } });
  number = await buyTextNumber(relais, 'twilio');
  agent = (await join(relais, await signedIn(relais, relais.owner), 'agent')).person;
});
afterAll(() => relais?.stop());

describe('templates', () => {
  it('are added, changed and removed, under one name each, and every change is told', async () => {
    const { api } = relais;
    const made = await api.post('/inbox/templates', {
      name: 'Rappel',
      text: 'Bonjour {{first_name}}, à {{time}}',
    });
    expect(made).toMatchObject({ status: 201, body: { template: { variables: ['first_name', 'time'] } } });
    const { id } = made.body.template;
    const twin = await api.post('/inbox/templates', { name: 'rappel', text: 'x' });
    expect(twin).toMatchObject({ status: 409, body: { code: 'template_exists' } });
    await api.post('/inbox/templates', { name: 'Autre', text: 'x' });
    expect((await api.patch(`/inbox/templates/${id}`, { name: 'AUTRE' })).body.code).toBe('template_exists');
    const changed = await api.patch(`/inbox/templates/${id}`, { text: 'À {{time}}' });
    expect(changed.body.template).toMatchObject({ name: 'Rappel', text: 'À {{time}}', variables: ['time'] });
    const names = (await agent.get('/inbox/templates')).body.templates.map(
      ({ name }: { name: string }) => name,
    );
    expect(names).toEqual(['Autre', 'Rappel']);
    expect((await api.delete(`/inbox/templates/${id}`)).status).toBe(200);
    expect((await api.delete(`/inbox/templates/${id}`)).status).toBe(404);
    const { entries } = (await api.get('/api/audit?entityType=template')).body;
    expect(entries.map(({ action }: { action: string }) => action)).toEqual([
      ...['template.deleted', 'template.updated', 'template.created', 'template.created'],
    ]);
    for (const body of [
      { name: '', text: 'x' },
      { name: 'x', text: ' ' },
      { name: 'x', text: 'x'.repeat(1601) },
    ])
      expect((await api.post('/inbox/templates', body)).body.code).toBe('invalid_request');
  });

  it('are filled in by what the conversation knows and what is given, and not sent with gaps', async () => {
    const text =
      'Bonjour {{ first_name }} ({{contact_name}}), {{agent}} de {{company}} au {{number}} : {{offer}}';
    const { template } = (await relais.api.post('/inbox/templates', { name: 'Offre', text })).body;
    const started = await agent.post('/inbox/conversations', {
      ...{ source: 'sms', phone_number: '+14155550901', name: 'Ada Lovelace', integration_id: number.id },
    });
    const { id } = started.body.conversation;
    const door = `/inbox/templates/${template.id}/render`;
    const whole = `Bonjour Ada (Ada Lovelace), The agent de Harness SARL au ${number.phoneNumber} : -20 %`;
    const filled = await agent.post(door, { conversation_id: id, variables: { offer: '-20 %' } });
    expect(filled.body).toEqual({ success: true, text: whole, missing: [] });
    const gaps = await agent.post(door, {});
    expect(gaps.body.missing).toEqual(['first_name', 'contact_name', 'number', 'offer']);
    expect(gaps.body.text).toContain('{{ first_name }}');
    const path = `/inbox/conversations/${id}/messages`;
    const refused = await agent.post(path, { template_id: template.id }, { 'accept-language': 'fr' });
    expect(refused).toMatchObject({
      ...{ status: 400, body: { code: 'template_incomplete', details: { missing: ['offer'] } } },
    });
    expect(refused.body.error).toBe('Il manque au modèle des valeurs pour : offer.');
    const sent = await agent.post(path, { template_id: template.id, variables: { offer: '-20 %' } });
    expect(sent.body.message.text).toBe(whole);
    await eventually(async () => {
      const [received] = await handsets(relais).messages('+14155550901');
      expect(received?.text).toBe(whole);
    });
  });

  it('of another company are not there', async () => {
    const { template } = (await relais.api.post('/inbox/templates', { name: 'Secret', text: 'secret' })).body;
    const other = await relais.addCompany('Neighbour SARL');
    expect((await other.api.get('/inbox/templates')).body.templates).toEqual([]);
    expect((await other.api.post(`/inbox/templates/${template.id}/render`, {})).status).toBe(404);
    expect((await other.api.post('/inbox/templates', { name: 'Secret', text: 'theirs' })).status).toBe(201);
  });
});

describe('the rules', () => {
  it('are shown as they are applied', async () => {
    const { rules, keywords } = (await agent.get('/inbox/rules')).body;
    expect(rules.map(({ id, category }: Record<string, string>) => [id, category])).toEqual([
      ...[
        ['spam_words', 'spam'],
        ['urgent_words', 'urgent'],
        ['thanks', 'resolved'],
      ],
    ]);
    expect(keywords.stop).toEqual(expect.arrayContaining(['STOP', 'ARRET', 'STOP SMS']));
    expect(keywords.start).toContain('START');
    expect(keywords.help).toEqual(expect.arrayContaining(['HELP', 'AIDE']));
  });
});

describe('the settings', () => {
  it('are changed one by one, told, and kept from other companies', async () => {
    const door = '/inbox/settings';
    const first = await relais.api.patch(door, { help_text: 'Appelez-nous', default_region: 'be' });
    expect(first.body.settings).toMatchObject({
      help_text: 'Appelez-nous',
      stop_text: null,
      default_region: 'BE',
    });
    const second = await relais.api.patch(door, { stop_text: '' });
    expect(second.body.settings).toMatchObject({
      help_text: 'Appelez-nous',
      stop_text: '',
      default_region: 'BE',
    });
    const { entries } = (await relais.api.get('/api/audit?entityType=inbox_settings')).body;
    expect(entries).toHaveLength(2);
    expect((await agent.patch(door, { help_text: 'x' })).status).toBe(403);
    expect((await relais.api.patch(door, { help_text: 'x'.repeat(641) })).body.code).toBe('invalid_request');
    const other = await relais.addCompany('Calm SARL');
    expect((await other.api.get(door)).body.settings).toMatchObject({
      help_text: null,
      region_in_force: 'FR',
    });
  });
});
