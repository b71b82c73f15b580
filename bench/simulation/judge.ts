import type { Wanted } from './customers.ts';
import type { Journal } from './journal.ts';

/** A transaction as the server tells of it in the end. */
export interface Told {
  /** As the API names it. */
  id: string;
  clientId: string;
  status: string;
  disputed: boolean;
  /** How often its history says that it was completed or settled so. */
  completions: number;
}

const MOVED = new Set(['completed']);
const NOT_MOVED = new Set(['failed', 'canceled', 'expired']);

/** What the server says against what happened. @returns a sentence for each thing that is wrong. */
export function judge(wanted: Wanted[], told: Told[], journal: Journal): string[] {
  const movements = Map.groupBy(
    journal.all().filter(({ moved }) => moved),
    ({ transactionId }) => transactionId,
  );
  const byClientId = new Map<string, Told[]>();
  for (const each of told) byClientId.set(each.clientId, [...(byClientId.get(each.clientId) ?? []), each]);
  const wrong: string[] = [];
  for (const want of wanted) {
    const [one, ...more] = byClientId.get(want.clientId) ?? [];
    byClientId.delete(want.clientId);
    if (!one) wrong.push(`${want.clientId} was accepted as ${want.id} and is lost`);
    else if (more.length > 0)
      wrong.push(`${want.clientId} was asked for once and is there ${1 + more.length} times`);
    else wrong.push(...judgeOne(want, one, movements.get(one.id)?.length ?? 0, journal));
  }
  for (const clientId of byClientId.keys()) wrong.push(`${clientId} is there and nobody asked for it`);
  return wrong;
}

/** The money on a SIM, as the server's ledger has it. */
export interface SimMoney {
  box: string;
  slot: string;
  available: number;
  held: number;
}

/** Nobody entered anything, so a SIM stands where the diallings brought it from nothing. @returns a sentence for each that does not. */
export function judgeMoney(sims: SimMoney[], journal: Journal): string[] {
  const changes = new Map<string, number>();
  for (const { box, simSlot, moved, amount, type } of journal.all()) {
    if (!moved || amount === null) continue;
    const key = `${box} ${simSlot}`;
    changes.set(key, (changes.get(key) ?? 0) + (type === 'withdraw' ? amount : -amount));
  }
  return sims.flatMap(({ box, slot, available, held }) => {
    const expected = changes.get(`${box} ${slot}`) ?? 0;
    if (held !== 0) return [`On ${box} ${slot} ${held} F are promised to nobody`];
    return available === expected
      ? []
      : [`On ${box} ${slot} are ${available} F in the ledger, and ${expected} F in fact`];
  });
}

function judgeOne(want: Wanted, one: Told, moved: number, journal: Journal): string[] {
  const name = `${one.id} (${want.clientId})`;
  const wrong: string[] = [];
  if (moved > 1) wrong.push(`${name}: money moved ${moved} times: ${history(one.id, journal)}`);
  if (one.id !== want.id) wrong.push(`${name}: its customer was told that it is ${want.id}`);
  if (MOVED.has(one.status) && moved === 0)
    wrong.push(`${name} is ${one.status}, and no money moved: ${history(one.id, journal)}`);
  if (NOT_MOVED.has(one.status) && moved > 0)
    wrong.push(`${name} is ${one.status}, and money moved: ${history(one.id, journal)}`);
  if (!MOVED.has(one.status) && !NOT_MOVED.has(one.status)) wrong.push(`${name} is ${one.status} in the end`);
  if (one.disputed) wrong.push(`${name} is disputed, although nobody lied: ${history(one.id, journal)}`);
  if (one.completions > 1) wrong.push(`${name} was completed ${one.completions} times in its history`);
  if (want.cancelled === 'yes' && moved > 0) wrong.push(`${name} was cancelled, and money moved`);
  if (want.unserved && one.status !== 'expired' && one.status !== 'canceled')
    wrong.push(`${name} could only expire, and is ${one.status}`);
  return wrong;
}

function history(id: string, journal: Journal): string {
  const steps = journal.all().filter(({ transactionId }) => transactionId === id);
  return steps
    .map(({ box, attempt, moved }) => `${box} attempt ${attempt}${moved ? ' moved' : ''}`)
    .join(', ');
}
