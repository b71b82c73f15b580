import { WEBHOOK_DOORS } from '../../compose.ts';
import { publicBaseUrl } from '../../kernel/config.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { networkReason } from '../../kernel/errors.ts';
import {
  type DoorProbe,
  isTelnyxKeyUsable,
  probeDoor,
  probeTwilioDoor,
} from '../../modules/providers/upkeep.ts';
import { same, type Words } from '../words.ts';
import { type Finding, fail, ok, warning } from './finding.ts';

const ADDRESS: Words = { en: 'Public address', fr: 'Adresse publique' };
const SIGNATURES: Words = { en: 'Signatures', fr: 'Signatures' };
const TIMEOUT_MS = 10_000;

/** The address that browsers and providers are given: safe, answered by this server, and passed on unchanged. */
export async function checkPublicUrl(kernel: Kernel): Promise<Finding[]> {
  const { config } = kernel;
  const url = publicBaseUrl(config);
  const findings = [checkScheme(url, config.RELAIS_MODE)];
  const live = await checkLive(url);
  findings.push(live);
  if (live.level !== 'ok') return findings;
  for (const provider of ['telnyx', 'twilio'] as const) {
    const door = WEBHOOK_DOORS.find((candidate) => candidate.provider === provider)!;
    findings.push(explainDoor(`${url}${door.url}`, await probeDoor(kernel, `${url}${door.url}`)));
  }
  return [...findings, ...(await checkSignatures(kernel, url))];
}

function checkScheme(url: string, mode: 'demo' | 'production'): Finding {
  if (url.startsWith('https:')) return ok(ADDRESS, same(url));
  const text = { en: `${url} is not encrypted.`, fr: `${url} n'est pas chiffrée.` };
  const advice = {
    en: 'Put a proxy with a certificate in front (Caddy, nginx) and set PUBLIC_BASE_URL to its https address.',
    fr: 'Placez devant un proxy avec un certificat (Caddy, nginx) et mettez son adresse https dans PUBLIC_BASE_URL.',
  };
  return mode === 'production' ? fail(ADDRESS, text, advice) : warning(ADDRESS, text, advice);
}

async function checkLive(url: string): Promise<Finding> {
  const address = `${url}/health/live`;
  try {
    const response = await fetch(address, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body = (await response.json().catch(() => null)) as { status?: string } | null;
    if (response.status === 200 && body?.status === 'ok')
      return ok(ADDRESS, { en: `${address} answers`, fr: `${address} répond` });
    return fail(
      ADDRESS,
      {
        en: `${address} answers HTTP ${response.status}, not what Relais says.`,
        fr: `${address} répond HTTP ${response.status}, et non ce que dit Relais.`,
      },
      {
        en: 'Something else answers there: check PUBLIC_BASE_URL and the proxy in front of the server.',
        fr: 'Autre chose répond là : vérifiez PUBLIC_BASE_URL et le proxy devant le serveur.',
      },
    );
  } catch (error) {
    const reason = networkReason(error);
    return fail(
      ADDRESS,
      { en: `${address} does not answer: ${reason}.`, fr: `${address} ne répond pas : ${reason}.` },
      {
        en: 'Start the server and run doctor again. If it runs: check DNS, certificate, firewall and proxy.',
        fr: "Démarrez le serveur et relancez doctor. S'il tourne : vérifiez DNS, certificat, pare-feu et proxy.",
      },
    );
  }
}

function explainDoor(url: string, { outcome, detail }: DoorProbe): Finding {
  switch (outcome) {
    case 'arrived':
      return ok(ADDRESS, { en: `${url} leads to this server`, fr: `${url} mène à ce serveur` });
    case 'elsewhere':
      return fail(
        ADDRESS,
        {
          en: `${url} leads to a Relais with another database (or one that is being flooded).`,
          fr: `${url} mène à un Relais sur une autre base de données (ou submergé).`,
        },
        {
          en: 'Check PUBLIC_BASE_URL, and that server and doctor have the same DATABASE_URL or DATA_DIR.',
          fr: 'Vérifiez PUBLIC_BASE_URL, et que le serveur et doctor ont la même DATABASE_URL ou le même DATA_DIR.',
        },
      );
    default:
      return fail(
        ADDRESS,
        { en: `${url} is not passed on: ${detail}.`, fr: `${url} n'est pas transmise : ${detail}.` },
        {
          en: 'Let the proxy pass on every path and every POST under /api, without a login of its own.',
          fr: 'Faites transmettre par le proxy tous les chemins et tous les POST sous /api, sans authentification à lui.',
        },
      );
  }
}

/** Telnyx signs with a key of its own: what can be checked is ours. For Twilio a delivery can be signed as Twilio does. */
async function checkSignatures(kernel: Kernel, url: string): Promise<Finding[]> {
  const { TELNYX_PUBLIC_KEY: key, TWILIO_AUTH_TOKEN: token } = kernel.config;
  const findings: Finding[] = [];
  if (key && isTelnyxKeyUsable(key))
    findings.push(
      ok(SIGNATURES, {
        en: 'Telnyx: TELNYX_PUBLIC_KEY is an Ed25519 key',
        fr: 'Telnyx : TELNYX_PUBLIC_KEY est une clé Ed25519',
      }),
    );
  else if (key)
    findings.push(
      fail(
        SIGNATURES,
        {
          en: 'Telnyx: TELNYX_PUBLIC_KEY is not a point of the curve.',
          fr: "Telnyx : TELNYX_PUBLIC_KEY n'est pas un point de la courbe.",
        },
        {
          en: 'Copy the key of the portal again (Account, Keys & Credentials, Public key).',
          fr: 'Copiez à nouveau la clé du portail (Account, Keys & Credentials, Public key).',
        },
      ),
    );
  if (token) {
    const door = WEBHOOK_DOORS.find((candidate) => candidate.provider === 'twilio')!;
    findings.push(explainTwilio(url, await probeTwilioDoor(kernel, `${url}${door.url}`)));
  }
  return findings;
}

function explainTwilio(url: string, { outcome, detail }: DoorProbe): Finding {
  if (outcome === 'arrived')
    return ok(SIGNATURES, {
      en: 'Twilio: a signed webhook arrived through the public address with URL and body intact',
      fr: "Twilio : un webhook signé est arrivé par l'adresse publique, URL et corps intacts",
    });
  if (outcome === 'refused')
    return fail(
      SIGNATURES,
      {
        en: 'Twilio: a correctly signed webhook is refused.',
        fr: 'Twilio : un webhook correctement signé est refusé.',
      },
      {
        en: `The server must run with this TWILIO_AUTH_TOKEN and PUBLIC_BASE_URL=${url}, and the proxy must pass path, query and body on as they are.`,
        fr: `Le serveur doit tourner avec ce TWILIO_AUTH_TOKEN et PUBLIC_BASE_URL=${url}, et le proxy doit transmettre chemin, requête et corps tels quels.`,
      },
    );
  return fail(
    SIGNATURES,
    {
      en: `Twilio: a signed webhook did not arrive (${outcome}, ${detail}).`,
      fr: `Twilio : un webhook signé n'est pas arrivé (${outcome}, ${detail}).`,
    },
    {
      en: 'Check PUBLIC_BASE_URL and the proxy in front of the server.',
      fr: 'Vérifiez PUBLIC_BASE_URL et le proxy devant le serveur.',
    },
  );
}
