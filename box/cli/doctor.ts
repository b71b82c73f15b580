import { mkdirSync } from 'node:fs';
import { SerialPort } from 'serialport';
import { filesOf } from '../box.ts';
import { pause, systemClock } from '../clock.ts';
import type { BoxConfig } from '../config.ts';
import { createModemDriver } from '../drivers/modem/index.ts';
import { freeBytes } from '../machine.ts';
import { takeFolder } from '../queue-store.ts';
import { loadBook } from '../ussd/book.ts';
import { say } from './words.ts';

/** One thing that was looked at; `ok: null` is neither good nor bad. */
interface Finding {
  ok: boolean | null;
  en: string;
  fr: string;
}

/** Looks at everything that a box needs, and says what to do. @returns 1 when something must be mended. */
export async function doctor(config: BoxConfig): Promise<number> {
  mkdirSync(config.dataDir, { recursive: true });
  const checks = [checkDisk, checkTemplates, checkPorts, checkSims, checkServer];
  let wrong = 0;
  for (const check of checks) {
    const findings = await check(config).catch((error: Error): Finding[] => [
      { ok: false, en: error.message, fr: error.message },
    ]);
    for (const { ok, en, fr } of findings) {
      const mark = ok === null ? '·' : ok ? '✓' : '✗';
      say(config.language, `${mark} ${en}`, `${mark} ${fr}`);
      if (ok === false) wrong += 1;
    }
  }
  return wrong > 0 ? 1 : 0;
}

async function checkDisk({ dataDir, minFreeBytes }: BoxConfig): Promise<Finding[]> {
  const free = freeBytes(dataDir);
  const megabytes = Math.floor(free / 1e6);
  return [
    {
      ok: free >= minFreeBytes,
      en: `Disk: ${megabytes} MB are free in ${dataDir} (${Math.floor(minFreeBytes / 1e6)} are needed)`,
      fr: `Disque : ${megabytes} Mo libres dans ${dataDir} (${Math.floor(minFreeBytes / 1e6)} nécessaires)`,
    },
  ];
}

async function checkTemplates({ templates, driver, acceptExamples }: BoxConfig): Promise<Finding[]> {
  const book = loadBook(templates);
  const examples = templates === null && driver === 'modem' && !acceptExamples;
  const operators = Object.keys(book.operators).join(', ');
  return [
    {
      ok: !examples,
      en: examples
        ? 'Templates: only the examples, which nobody checked on this SIM; see docs/boxes.md'
        : `Templates: ${book.version} for ${operators}`,
      fr: examples
        ? "Modèles : seulement les exemples, que personne n'a vérifiés sur cette SIM ; voir docs/boxes.fr.md"
        : `Modèles : ${book.version} pour ${operators}`,
    },
  ];
}

async function checkPorts(): Promise<Finding[]> {
  const ports = await SerialPort.list();
  const names = ports
    .map(({ path, manufacturer }) => (manufacturer ? `${path} (${manufacturer})` : path))
    .join(', ');
  return [{ ok: null, en: `Serial ports: ${names || 'none'}`, fr: `Ports série : ${names || 'aucun'}` }];
}

/** Only when no box runs: two programs on one port disturb each other. */
async function checkSims(config: BoxConfig): Promise<Finding[]> {
  if (config.driver === 'simulator') return [{ ok: null, en: 'SIMs: simulated', fr: 'SIM : simulées' }];
  const taken = takeFolder(filesOf(config.dataDir).lock);
  if (!taken)
    return [
      {
        ok: null,
        en: 'SIMs: the box is running; see relais-box status',
        fr: 'SIM : le boîtier tourne ; voir relais-box status',
      },
    ];
  try {
    return await lookAtSims(config);
  } finally {
    taken.close();
  }
}

async function lookAtSims({ sims, settleMs, language }: BoxConfig): Promise<Finding[]> {
  if (sims.length === 0)
    return [{ ok: false, en: 'SIMs: none is configured', fr: "SIM : aucune n'est configurée" }];
  const hooks = {
    // Texts stay on the SIM: they are the box's to keep.
    onText: async () => undefined,
    log: (level: string, text: string) => void (level !== 'debug' && say(language, `  ${text}`, `  ${text}`)),
    faultPoint: () => undefined,
  };
  const unlocked = sims.map((sim) => ({ ...sim, simPin: null }));
  const book = loadBook(null);
  const driver = createModemDriver(unlocked, {
    clock: systemClock,
    hooks,
    book,
    settleMs,
    lookEveryMs: 2000,
  });
  await driver.start();
  const endMs = systemClock.monotonicMs() + 15_000;
  while (systemClock.monotonicMs() < endMs && !driver.sims().every(({ state }) => state === 'ready'))
    await pause(250);
  const seen = driver.sims();
  await driver.stop();
  return seen.map(({ slot, state, network, signalPercent, iccid }) => {
    const facts = `${state}, ${network ?? '–'}, ${signalPercent ?? '?'} %, ICCID ${iccid ?? '?'}`;
    return { ok: state === 'ready', en: `SIM ${slot}: ${facts}`, fr: `SIM ${slot} : ${facts}` };
  });
}

async function checkServer({ server, token, callboxId }: BoxConfig): Promise<Finding[]> {
  if (!token || !callboxId)
    return [{ ok: false, en: 'Server: not enrolled yet', fr: 'Serveur : pas encore inscrit' }];
  const askedAtMs = systemClock.monotonicMs();
  let response: Response;
  try {
    response = await fetch(`${server}/api/call-box/config?callboxId=${encodeURIComponent(callboxId)}`, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(15_000),
    });
  } catch (error) {
    const reason =
      ((error as Error).cause as { code?: string } | undefined)?.code ?? (error as Error).message;
    const clock = /CERT/.test(reason);
    return [
      {
        ok: false,
        en: `Server: ${server} does not answer (${reason})${clock ? '; is the clock of this machine right?' : ''}`,
        fr: `Serveur : ${server} ne répond pas (${reason})${clock ? " ; l'horloge de cette machine est-elle juste ?" : ''}`,
      },
    ];
  }
  const { status } = response;
  const accepted = status === 200 || status === 404;
  const date = Date.parse(response.headers.get('date') ?? '');
  const halfMs = (systemClock.monotonicMs() - askedAtMs) / 2;
  const aheadSeconds = Math.round((systemClock.wallMs() - date - halfMs) / 1000);
  return [
    {
      ok: accepted,
      en: `Server: ${server} ${accepted ? 'accepts this box' : `refuses this box (${status}): enrol it again`}`,
      fr: `Serveur : ${server} ${accepted ? 'accepte ce boîtier' : `refuse ce boîtier (${status}) : inscrivez-le à nouveau`}`,
    },
    ...(Number.isNaN(aheadSeconds) ? [] : [clockFinding(aheadSeconds)]),
  ];
}

/** A wrong clock harms nothing but logs, and certificates when it is off by weeks. */
function clockFinding(aheadSeconds: number): Finding {
  const off = Math.abs(aheadSeconds);
  return {
    ok: off < 300 ? true : null,
    en: `Clock: ${off} s ${aheadSeconds >= 0 ? 'ahead of' : 'behind'} the server`,
    fr: `Horloge : ${off} s ${aheadSeconds >= 0 ? 'en avance sur' : 'en retard sur'} le serveur`,
  };
}
