import { type Clock, pause } from '../../clock.ts';
import type { Book } from '../../ussd/book.ts';
import { amountOf, plain } from '../../ussd/classify.ts';
import { renderCode, renderJob } from '../../ussd/render.ts';
import type { Driver, DriverHooks, Job, Outcome, Sim } from '../port.ts';
import { type AtChannel, createAtChannel } from './at.ts';
import { type Facts, NO_FACTS, readIdentity, readState, setUp } from './facts.ts';
import type { UssdEncoding } from './gsm7.ts';
import { openLine } from './line.ts';
import { outcomeOfSession, runSession } from './session.ts';
import { assemble, readPduListing, readTextListing } from './texts.ts';

/** A modem and the SIM in it, as the technician configured them. */
export interface ModemSim {
  slot: string;
  port: string;
  baudRate: number;
  operator: string | null;
  phoneNumber: string | null;
  /** Of mobile money; never logged. */
  pin: string | null;
  /** That unlocks the card; tried once, as three wrong ones lock it. */
  simPin: string | null;
  ussdEncoding: UssdEncoding;
  smsMode: 'pdu' | 'text';
}

export interface ModemOptions {
  clock: Clock;
  hooks: DriverHooks;
  book: Book;
  settleMs: number;
  lookEveryMs: number;
}

/** What one modem is doing. */
interface Modem {
  sim: ModemSim;
  at: AtChannel | null;
  facts: Facts;
  balance: number | null;
  /** One thing at a time: a session, or a look at texts. */
  turn: Promise<unknown>;
  pinTried: boolean;
  wake: AbortController;
  /** Since when parts of a long text lie incomplete, by the stopwatch. */
  incompleteSinceMs: number | null;
  toldUnreadable: Set<number>;
}

/** After so long, a long text is told without the parts that never came. */
const PARTS_PATIENCE_MS = 3_600_000;

/** Modems on serial ports, each with a SIM. Each is looked for again and again while it is away. */
export function createModemDriver(sims: ModemSim[], options: ModemOptions): Driver {
  const stopping = new AbortController();
  const modems = sims.map(newModem);
  let loops: Promise<void>[] = [];
  const modemOf = (slot: string) => modems.find(({ sim }) => sim.slot === slot);
  return {
    async start() {
      loops = modems.map((modem) => keepOpen(modem, options, stopping.signal));
    },
    async stop() {
      stopping.abort();
      for (const modem of modems) {
        await modem.turn.catch(() => undefined);
        modem.at?.close();
        modem.wake.abort();
      }
      await Promise.all(loops);
    },
    sims: () => modems.map(simOf),
    async execute(job, deadlineMs) {
      const modem = modemOf(job.slot);
      if (!modem) return notDialled('no_sim', `There is no SIM in slot ${job.slot}`);
      return exclusively(modem, () => dial(modem, job, deadlineMs, options));
    },
    async balance(slot) {
      const modem = modemOf(slot);
      return modem ? exclusively(modem, () => readBalance(modem, options)) : null;
    },
    async readTexts() {
      for (const modem of modems) await exclusively(modem, () => readTextsOf(modem, options));
    },
  };
}

function newModem(sim: ModemSim): Modem {
  return {
    sim,
    at: null,
    facts: NO_FACTS,
    balance: null,
    turn: Promise.resolve(),
    pinTried: false,
    wake: new AbortController(),
    incompleteSinceMs: null,
    toldUnreadable: new Set(),
  };
}

function simOf({ sim, facts, at, balance }: Modem): Sim {
  const { slot, operator, phoneNumber } = sim;
  const { iccid, signalPercent, network } = facts;
  return {
    slot,
    operator,
    iccid,
    phoneNumber,
    signalPercent,
    network,
    state: at ? facts.state : 'no_sim',
    balance,
  };
}

const notDialled = (code: string, message: string, repeatable = true): Outcome => ({
  kind: 'failed',
  repeatable,
  code,
  message,
});

function exclusively<T>(modem: Modem, work: () => Promise<T>): Promise<T> {
  const run = modem.turn.catch(() => undefined).then(work);
  modem.turn = run;
  return run;
}

/** Opens the modem, looks after it until it goes, and begins again. */
async function keepOpen(modem: Modem, options: ModemOptions, signal: AbortSignal): Promise<void> {
  const { hooks, clock } = options;
  let waitMs = 250;
  let told = '';
  while (!signal.aborted) {
    const since = clock.monotonicMs();
    const reason = await openAndLook(modem, options, signal).catch((error: Error) => error.message);
    modem.at?.close();
    modem.at = null;
    if (signal.aborted) return;
    if (reason !== told) hooks.log('warn', `${modem.sim.slot}: ${reason}; it is looked for again and again`);
    told = reason;
    waitMs = clock.monotonicMs() - since > 30_000 ? 250 : Math.min(15_000, waitMs * 2);
    await pause(waitMs, signal);
  }
}

/** @returns why the modem is not there any more. */
async function openAndLook(modem: Modem, options: ModemOptions, signal: AbortSignal): Promise<string> {
  const { sim } = modem;
  const line = await openLine(sim.port, sim.baudRate);
  const gone = new AbortController();
  const at = createAtChannel(line, {
    onTextWaiting: () => modem.wake.abort(),
    onGone: () => {
      gone.abort();
      modem.wake.abort();
    },
  });
  modem.at = at;
  modem.facts = NO_FACTS;
  const ready = await exclusively(modem, () => setUp(at, sim.smsMode === 'text'));
  if (!ready) return `${sim.port} does not answer as a modem`;
  const identity = await exclusively(modem, () => readIdentity(at));
  options.hooks.log(
    'info',
    `${sim.slot}: modem ${identity.maker} on ${sim.port}, SIM ${identity.iccid ?? 'unknown'}`,
  );
  while (!signal.aborted && !gone.signal.aborted) {
    modem.wake = new AbortController();
    await exclusively(modem, () => lookAfter(modem, at, identity, options));
    await pause(options.lookEveryMs, modem.wake.signal);
  }
  return 'the modem went away';
}

async function lookAfter(
  modem: Modem,
  at: AtChannel,
  identity: Pick<Facts, 'maker' | 'imei' | 'iccid'>,
  options: ModemOptions,
): Promise<void> {
  const { sim } = modem;
  modem.facts = { ...identity, ...(await readState(at)) };
  if (modem.facts.asksForPin && sim.simPin && !modem.pinTried) {
    modem.pinTried = true;
    const unlocked = await at.send(`AT+CPIN="${sim.simPin}"`, { timeoutMs: 20_000 });
    options.hooks.log(
      unlocked.kind === 'ok' ? 'info' : 'error',
      unlocked.kind === 'ok'
        ? `${sim.slot}: the SIM is unlocked`
        : `${sim.slot}: the SIM refused its PIN; it is not tried again`,
    );
    modem.facts = { ...identity, ...(await readState(at)) };
  }
  await readTextsOf(modem, options);
}

async function dial(modem: Modem, job: Job, deadlineMs: number, options: ModemOptions): Promise<Outcome> {
  const { sim, at, facts } = modem;
  const { book, clock, hooks, settleMs } = options;
  if (!at) return notDialled('modem_away', 'The modem is not there');
  if (facts.state !== 'ready') return notDialled(facts.state, `The SIM is not ready: ${facts.state}`);
  const rendered = renderJob(book, sim.operator ?? job.operator, job, sim.pin);
  if (rendered.kind === 'refused')
    return notDialled(rendered.code, rendered.message, rendered.code === 'no_template');
  // What lies on the SIM already is no evidence of what begins now.
  try {
    await readTextsOf(modem, options);
  } catch (error) {
    return notDialled('texts_not_kept', `Texts on the SIM could not be kept: ${(error as Error).message}`);
  }
  if (clock.monotonicMs() >= deadlineMs) return notDialled('too_late', 'There was no time left to dial');
  const session = { clock, hooks, settleMs, deadlineMs, encoding: encodingOf(modem) };
  const end = await runSession(at, rendered.steps, session);
  if (end.kind === 'broken' && end.code === 'modem_silent') at.close();
  const outcome = outcomeOfSession(end, rendered.operator.answers, job);
  if (outcome.balance != null) modem.balance = outcome.balance;
  return outcome;
}

/** Many modems of this maker know packed hex alone. */
function encodingOf({ sim, facts }: Modem): UssdEncoding {
  return sim.ussdEncoding === 'auto' && /huawei/i.test(facts.maker) ? 'packed' : sim.ussdEncoding;
}

async function readBalance(modem: Modem, options: ModemOptions): Promise<number | null> {
  const { sim, at, facts } = modem;
  const entry = sim.operator === null ? undefined : options.book.operators[sim.operator];
  const code = entry?.balance && renderCode(entry.balance.send, sim.pin);
  if (!at || facts.state !== 'ready' || !entry?.balance || !code) return null;
  const step = {
    send: code.send,
    shown: code.shown,
    step: { send: code.send, commits: false },
    commits: false,
  };
  const { clock, hooks, settleMs } = options;
  const deadlineMs = clock.monotonicMs() + 30_000;
  const end = await runSession(at, [step], {
    clock,
    hooks,
    settleMs,
    deadlineMs,
    encoding: encodingOf(modem),
  });
  if (end.kind !== 'answered' || end.text === null) return null;
  const found = new RegExp(entry.balance.pattern, 'iu').exec(plain(end.text))?.groups?.balance;
  modem.balance = amountOf(found) ?? modem.balance;
  return amountOf(found);
}

/** Tells every text on the SIM, and takes it off when it is kept. */
async function readTextsOf(modem: Modem, { hooks, clock }: ModemOptions): Promise<void> {
  const { at, sim, facts } = modem;
  if (!at || facts.state === 'locked' || facts.state === 'no_sim') return;
  const pdu = sim.smsMode === 'pdu';
  const listed = await at.send(pdu ? 'AT+CMGL=4' : 'AT+CMGL="ALL"', { timeoutMs: 20_000 });
  if (listed.kind === 'silent') at.close();
  if (listed.kind !== 'ok') return;
  const { texts, unreadable } = (pdu ? readPduListing : readTextListing)(listed.lines);
  for (const { index, reason } of unreadable) {
    if (modem.toldUnreadable.has(index)) continue;
    modem.toldUnreadable.add(index);
    hooks.log(
      'warn',
      `${sim.slot}: the text at place ${index} cannot be read (${reason}); it stays on the SIM`,
    );
  }
  const now = clock.monotonicMs();
  const patient = modem.incompleteSinceMs === null || now - modem.incompleteSinceMs < PARTS_PATIENCE_MS;
  const whole = assemble(facts.iccid ?? sim.slot, texts, patient);
  const told = whole.reduce((sum, { indexes }) => sum + indexes.length, 0);
  modem.incompleteSinceMs = told < texts.length ? (modem.incompleteSinceMs ?? now) : null;
  for (const { id, sender, text, sentAt, indexes } of whole) {
    const forget = async () => {
      for (const index of indexes) await at.send(`AT+CMGD=${index}`);
    };
    await hooks.onText({ id, slot: sim.slot, sender, body: text, sentAt, forget });
  }
}
