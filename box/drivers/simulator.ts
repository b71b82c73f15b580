import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { type Clock, isoTime, pause } from '../clock.ts';
import type { SimulatorConfig } from '../config.ts';
import type { Driver, DriverHooks, Job, Outcome } from './port.ts';

// SIMs that do not exist, for demonstrations and proofs. What they "did" stands in a journal that survives the program.

/** A line of the journal: something that a SIM really carried out. */
export interface Executed {
  id: string;
  slot: string;
  type: Job['type'];
  phoneNumber: string;
  amount: number | null;
  reference: string;
  balance: number;
}

/** Everything that the SIMs of a journal carried out; a line that was cut by a power failure did not happen. */
export function readJournal(file: string): Executed[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Executed];
      } catch {
        return [];
      }
    });
}

/** Numbers that end so have an end of their own, whatever the weights are. */
const ENDINGS: Record<string, keyof SimulatorConfig['outcomes']> = {
  '0001': 'failed',
  '0002': 'refused',
  '0003': 'unknown',
};

/** @param journal the file in which is written what was carried out. */
export function createSimulator(
  config: SimulatorConfig,
  journal: string,
  { clock, hooks }: { clock: Clock; hooks: DriverHooks },
): Driver {
  const done = readJournal(journal);
  const balances = new Map(config.sims.map(({ slot, balance }) => [slot, balance]));
  for (const { slot, balance } of done) balances.set(slot, balance);

  function carryOut(job: Job): Executed {
    const moved = job.amount ?? 0;
    const balance = (balances.get(job.slot) ?? 0) + (job.type === 'withdraw' ? moved : -moved);
    balances.set(job.slot, balance);
    const { id, slot, type, phoneNumber, amount } = job;
    const executed = {
      id,
      slot,
      type,
      phoneNumber,
      amount,
      reference: referenceOf(done.length, id),
      balance,
    };
    done.push(executed);
    append(journal, JSON.stringify(executed));
    return executed;
  }

  async function confirm({ slot, amount, phoneNumber, reference, balance }: Executed): Promise<void> {
    const body = `Transfert de ${amount} FCFA vers ${phoneNumber.slice(1)} effectue. ID: ${reference}. Nouveau solde: ${balance} FCFA`;
    const text = {
      id: `sim_${reference}`,
      slot,
      sender: 'MobileMoney',
      body,
      sentAt: isoTime(clock.wallMs()),
    };
    await hooks.onText({ ...text, forget: async () => undefined });
  }

  return {
    start: async () => undefined,
    stop: async () => undefined,
    sims: () =>
      config.sims.map(({ slot, operator }) => ({
        ...{ slot, operator, iccid: null, phoneNumber: null, signalPercent: 80, network: 'Simulation' },
        state: 'ready' as const,
        balance: balances.get(slot) ?? 0,
      })),
    async execute(job, deadlineMs) {
      const end = endOf(job, config);
      const moved = job.type === 'withdraw' ? 0 : (job.amount ?? 0);
      if ((balances.get(job.slot) ?? 0) < moved) return failed('no_float', 'Solde insuffisant', false);
      await pause(Math.min(config.delayMs, Math.max(0, deadlineMs - clock.monotonicMs())));
      if (end === 'failed') return failed('busy', 'Service momentanement indisponible', true);
      if (end === 'refused') return failed('wrong_number', 'Numero invalide', false);
      hooks.faultPoint('before_dial');
      const executed = carryOut(job);
      hooks.faultPoint('after_dial');
      if (config.texts) await confirm(executed);
      if (end === 'unknown')
        return { kind: 'unknown', code: 'no_answer', message: 'No answer in time', awaitsText: false };
      const { reference, balance } = executed;
      const message = `Operation effectuee avec succes. ID: ${reference}. Nouveau solde: ${balance} FCFA`;
      return { kind: 'completed', code: 'done', message, transactionRef: reference, balance, proof: message };
    },
    balance: async (slot) => balances.get(slot) ?? null,
    readTexts: async () => undefined,
  };
}

const failed = (code: string, message: string, repeatable: boolean): Outcome => ({
  kind: 'failed',
  ...{ code, message, repeatable },
});

/** The number that is served decides, so that the same ends alike wherever and whenever it is done. */
function endOf({ phoneNumber, id }: Job, { outcomes }: SimulatorConfig): keyof SimulatorConfig['outcomes'] {
  const fixed = ENDINGS[phoneNumber.slice(-4)];
  if (fixed) return fixed;
  const weights = Object.entries(outcomes) as [keyof SimulatorConfig['outcomes'], number][];
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  let point = (createHash('sha256').update(id).digest().readUInt32BE(0) / 2 ** 32) * total;
  for (const [end, weight] of weights) {
    if (point < weight) return end;
    point -= weight;
  }
  return 'completed';
}

const referenceOf = (count: number, id: string): string =>
  `SIM${String(count + 1).padStart(5, '0')}${createHash('sha256').update(id).digest('hex').slice(0, 6).toUpperCase()}`;

/** On the disk before it returns: a journal that forgets proves nothing. */
function append(file: string, line: string): void {
  const descriptor = openSync(file, 'a', 0o600);
  try {
    // A line that was cut short stays a line of its own.
    writeSync(descriptor, `\n${line}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
