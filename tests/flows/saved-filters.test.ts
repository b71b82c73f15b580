import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAVED_FILTERS_MAX } from '../../server/modules/identity/saved-filters.ts';
import { join, signedIn } from '../harness/people.ts';
import type { Person } from '../harness/person.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Lists under names: of one person, shared with a company, and never seen by another.

let relais: TestRelais;
let owner: Person;
let agent: Person;
let viewer: Person;
let stranger: Person;
beforeAll(async () => {
  relais = await startRelais();
  owner = await signedIn(relais, relais.owner);
  agent = (await join(relais, owner, 'agent')).person;
  viewer = (await join(relais, owner, 'viewer')).person;
  stranger = await signedIn(relais, (await relais.addCompany('Neighbour SARL')).owner);
});
afterAll(() => relais?.stop());

const LATE = { name: 'Failed at MTN', page: '/transactions', query: 'status=failed&operator=MTN' };
const namesOf = async (person: Person): Promise<string[]> =>
  (await person.get('/api/saved-filters')).body.filters.map(({ name }: { name: string }) => name);

describe('a saved filter', () => {
  it('is its owner’s alone until it is shared, and of the company alone then', async () => {
    const { status, body } = await agent.post('/api/saved-filters', LATE);
    expect(status).toBe(201);
    expect((await agent.get('/api/saved-filters')).body.filters).toEqual([
      { ...LATE, id: body.id, shared: false, mine: true, mayChange: true, owner: 'The agent' },
    ]);
    expect(await namesOf(viewer)).toEqual([]);
    const at = `/api/saved-filters/${body.id}`;
    expect((await viewer.patch(at, { name: 'Mine now' })).status).toBe(404);

    expect((await agent.patch(at, { shared: true })).status).toBe(200);
    expect((await viewer.get('/api/saved-filters')).body.filters).toMatchObject([
      { shared: true, mine: false, mayChange: false, owner: 'The agent' },
    ]);
    expect((await viewer.delete(at)).body.code).toBe('saved_filter_not_yours');
    expect(await namesOf(stranger)).toEqual([]);
    for (const answer of [await stranger.patch(at, { name: 'Ours' }), await stranger.delete(at)])
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });

    // Whoever runs the company tidies up what is shared.
    expect((await owner.delete(at)).status).toBe(200);
    expect(await namesOf(agent)).toEqual([]);
  });

  it('saved again under its name is the same one with other words', async () => {
    const first = await owner.post('/api/saved-filters', LATE);
    const again = await owner.post('/api/saved-filters', { ...LATE, query: 'status=failed' });
    expect(again.body.id).toBe(first.body.id);
    const other = await owner.post('/api/saved-filters', { ...LATE, name: 'Other' });
    const renamed = await owner.patch(`/api/saved-filters/${other.body.id}`, { name: LATE.name });
    expect(renamed).toMatchObject({ status: 409, body: { code: 'saved_filter_name_taken' } });
    const { filters } = (await owner.get('/api/saved-filters')).body;
    expect(filters.map(({ name, query }: typeof LATE) => [name, query])).toEqual([
      [LATE.name, 'status=failed'],
      ['Other', LATE.query],
    ]);
  });

  it.each([
    ['an address of elsewhere', { page: '//evil.example/x' }],
    ['a whole address', { page: 'https://evil.example' }],
    ['a script', { page: '/x', query: 'a=1#javascript:alert(1)' }],
    ['no filter', { query: '' }],
    ['no name', { name: '  ' }],
    ['a name without end', { name: 'x'.repeat(81) }],
  ])('is refused with %s', async (_what, part) => {
    const { status, body } = await owner.post('/api/saved-filters', { ...LATE, ...part });
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' });
  });

  it('is a person’s: an API key has none', async () => {
    const { status, body } = await relais.api.get('/api/saved-filters');
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'person_required' });
  });

  it('comes to an end: one person keeps so many', async () => {
    const answers = [];
    for (let count = 0; count <= SAVED_FILTERS_MAX; count += 1)
      answers.push(await viewer.post('/api/saved-filters', { ...LATE, name: `Filter ${count}` }));
    expect(answers.slice(0, -1).every(({ status }) => status === 201)).toBe(true);
    expect(answers.at(-1)).toMatchObject({ status: 409, body: { code: 'too_many_saved_filters' } });
    expect((await namesOf(viewer)).length).toBe(SAVED_FILTERS_MAX);
  });
});
