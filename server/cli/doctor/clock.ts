import type { Kernel } from '../../kernel/ctx.ts';
import { networkReason } from '../../kernel/errors.ts';
import { decimal, type Words } from '../words.ts';
import { type Finding, fail, ok, warning } from './finding.ts';

const CLOCK: Words = { en: 'Clock', fr: 'Horloge' };
const SKEW_OK_MS = 5000;
/** Webhooks are refused when they are five minutes off: this leaves them room to travel and to be repeated. */
const SKEW_FAIL_MS = 120_000;
const TIMEOUT_MS = 5000;

/** This machine's clock against the database's and those of the providers in use. */
export async function checkClock(kernel: Kernel): Promise<Finding[]> {
  const { config } = kernel;
  const sources: [string, string][] = [];
  if (config.TELNYX_API_KEY) sources.push(['Telnyx', config.TELNYX_BASE_URL]);
  if (config.TWILIO_ACCOUNT_SID) sources.push(['Twilio', config.TWILIO_BASE_URL || 'https://api.twilio.com']);
  return [
    await compare(kernel, { en: 'the database', fr: 'la base de données' }, () => databaseTime(kernel)),
    ...(await Promise.all(
      sources.map(([name, url]) => compare(kernel, { en: name, fr: name }, () => headerTime(url))),
    )),
  ];
}

/** A time that somebody told: it was then, or up to `precisionMs` later. */
interface Told {
  atMs: number;
  precisionMs: number;
}

async function databaseTime({ db }: Kernel): Promise<Told> {
  const { rows } = await db.ownerPool.query<{ at: Date }>('select clock_timestamp() as at');
  return { atMs: rows[0]!.at.getTime(), precisionMs: 1 };
}

/** The Date header (RFC 9110, section 6.6.1) of any answer: whole seconds. */
async function headerTime(url: string): Promise<Told> {
  const response = await fetch(url, {
    method: 'HEAD',
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const atMs = Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(atMs)) throw new Error('no Date header');
  return { atMs, precisionMs: 1000 };
}

async function compare({ clock }: Kernel, other: Words, read: () => Promise<Told>): Promise<Finding> {
  const beforeMs = clock.nowMs();
  let theirs: Told;
  try {
    theirs = await read();
  } catch (error) {
    return warning(
      CLOCK,
      {
        en: `${other.en} did not tell the time: ${networkReason(error)}.`,
        fr: `${other.fr} n'a pas donné l'heure : ${networkReason(error)}.`,
      },
      {
        en: 'Check that this machine reaches it (DNS, firewall, proxy).',
        fr: "Vérifiez que cette machine l'atteint (DNS, pare-feu, proxy).",
      },
    );
  }
  // Whatever moment between question and answer they looked at their clock, ours was in this range.
  const skewMs = Math.max(beforeMs - theirs.atMs - theirs.precisionMs, theirs.atMs - clock.nowMs(), 0);
  const seconds = decimal(skewMs / 1000);
  const text = {
    en: `${seconds.en} s away from ${other.en}`,
    fr: `à ${seconds.fr} s de : ${other.fr}`,
  };
  if (skewMs <= SKEW_OK_MS) return ok(CLOCK, text);
  const advice = {
    en: 'Synchronise the clock (NTP, e.g. systemd-timesyncd or chrony): webhooks more than five minutes off are refused.',
    fr: "Synchronisez l'horloge (NTP, p. ex. systemd-timesyncd ou chrony) : un webhook décalé de plus de cinq minutes est refusé.",
  };
  return skewMs > SKEW_FAIL_MS ? fail(CLOCK, text, advice) : warning(CLOCK, text, advice);
}
