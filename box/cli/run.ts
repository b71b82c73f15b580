import { mkdirSync } from 'node:fs';
import { keepText, runAgent } from '../agent.ts';
import { type Box, createBox, filesOf } from '../box.ts';
import { systemClock } from '../clock.ts';
import type { BoxConfig } from '../config.ts';
import { createModemDriver } from '../drivers/modem/index.ts';
import type { Driver, DriverHooks } from '../drivers/port.ts';
import { createSimulator } from '../drivers/simulator.ts';
import { readEvidence } from '../evidence.ts';
import { createFaultPoint } from '../faults.ts';
import { createLog } from '../log.ts';
import { freeBytes } from '../machine.ts';
import { openStore, takeFolder } from '../queue-store.ts';
import { type Book, loadBook } from '../ussd/book.ts';
import { complain } from './words.ts';

/** Carries out transactions until a signal comes. Whatever is at a SIM then is finished first. */
export async function run(config: BoxConfig): Promise<number> {
  const { callboxId, language } = config;
  if (callboxId === null || config.token === null) {
    complain(
      language,
      'This machine is no box yet: relais-box enroll <server> <code>',
      "Cette machine n'est pas encore un boîtier : relais-box enroll <serveur> <code>",
    );
    return 2;
  }
  const book = loadBook(config.templates);
  if (!mayDial(config)) return 2;
  mkdirSync(config.dataDir, { recursive: true });
  const files = filesOf(config.dataDir);
  const taken = takeFolder(files.lock);
  if (!taken) {
    complain(
      language,
      `Another box runs on ${config.dataDir}: two on one SIM would repeat money.`,
      `Un autre boîtier tourne sur ${config.dataDir} : deux sur une même SIM répéteraient de l'argent.`,
    );
    return 3;
  }
  const stopping = stopOnSignal(config.child);
  const box = build({ ...config, callboxId }, book, stopping);
  box.log.write('info', `Box ${callboxId} of ${config.server}, ${config.driver}, templates ${book.version}`);
  await runAgent(box);
  box.store.close();
  taken.close();
  return 0;
}

/** Real money is not dialled with codes that nobody checked. */
function mayDial({ driver, templates, acceptExamples, sims, language }: BoxConfig): boolean {
  if (driver === 'simulator') return true;
  if (sims.length === 0) {
    complain(
      language,
      'No SIM is configured: name its port in box.json (sims) or with --port.',
      "Aucune SIM n'est configurée : nommez son port dans box.json (sims) ou avec --port.",
    );
    return false;
  }
  if (templates !== null || acceptExamples) return true;
  complain(
    language,
    'No templates are configured. The examples are to be checked on your SIM first; see docs/boxes.md, "Templates".',
    "Aucun modèle configuré. Les exemples doivent d'abord être vérifiés sur votre SIM ; voir docs/boxes.fr.md, « Modèles ».",
  );
  return false;
}

function build(config: Box['config'], book: Book, stopping: AbortSignal): Box {
  const files = filesOf(config.dataDir);
  const pins = config.sims.flatMap(({ pin, simPin }) => [pin, simPin]).filter((pin) => pin !== null);
  const log = createLog(systemClock, config.logLevel, pins, (line) => console.log(line));
  const faultPoint = createFaultPoint(config.fault);
  const hooks: DriverHooks = {
    onText: (text) => keepText(box, text),
    log: (level, text) => log.write(level, text),
    faultPoint,
  };
  const driver = createDriver(config, book, hooks);
  const operatorOf = (slot: string) => driver.sims().find((sim) => sim.slot === slot)?.operator ?? null;
  const box = createBox({
    ...{ config, log, driver, faultPoint, stopping, clock: systemClock },
    store: openStore(files.queue),
    evidence: readEvidence(book, operatorOf),
    freeBytes: () => freeBytes(config.dataDir),
  });
  return box;
}

function createDriver(config: BoxConfig, book: Book, hooks: DriverHooks): Driver {
  const { driver, sims, settleMs, lookEveryMs, simulator, dataDir } = config;
  const clock = systemClock;
  return driver === 'modem'
    ? createModemDriver(sims, { clock, hooks, book, settleMs, lookEveryMs })
    : createSimulator(simulator, filesOf(dataDir).journal, { clock, hooks });
}

/** The first signal ends it in order, the second at once. */
function stopOnSignal(child: boolean): AbortSignal {
  const stopping = new AbortController();
  const stop = () => {
    if (stopping.signal.aborted) process.exit(1);
    stopping.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  if (child) process.on('disconnect', stop);
  return stopping.signal;
}
