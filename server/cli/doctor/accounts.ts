import type { SealedCount } from '../../kernel/crypto.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { RelaisError, sentence } from '../../kernel/errors.ts';
import { reviewOutgoingSecrets } from '../../kernel/outgoing-secrets.ts';
import { checkSealedFiles } from '../../kernel/sealed-files.ts';
import {
  archiveKeys,
  recordingKeys,
  reviewPushSecrets,
  reviewSoftphoneSecrets,
} from '../../modules/calls/upkeep.ts';
import { documentFiles } from '../../modules/compliance/upkeep.ts';
import { companyIds, reviewAuditKey, reviewSignInSecrets } from '../../modules/identity/upkeep.ts';
import { mediaFiles } from '../../modules/messages/upkeep.ts';
import { PROVIDERS, type ProviderName } from '../../modules/providers/index.ts';
import { reviewAccountSecrets, tryInstallation } from '../../modules/providers/upkeep.ts';
import { same, type Words } from '../words.ts';
import { type Finding, fail, ok, warning } from './finding.ts';

const SECRETS: Words = { en: 'Secrets', fr: 'Secrets' };
const DISPLAY: Record<ProviderName, Words> = { telnyx: same('Telnyx'), twilio: same('Twilio') };

/** The installation's own accounts, each asked with one cheap request. */
export async function checkProviders(kernel: Kernel): Promise<Finding[]> {
  return Promise.all(PROVIDERS.map((provider) => checkProvider(kernel, provider)));
}

async function checkProvider(kernel: Kernel, provider: ProviderName): Promise<Finding> {
  const name = DISPLAY[provider];
  try {
    const account = await tryInstallation(kernel, provider);
    if (!account)
      return ok(name, {
        en: 'no account of the installation; companies may add theirs',
        fr: "pas de compte de l'installation ; les entreprises peuvent ajouter le leur",
      });
    const { accountName, balance } = account;
    const money = balance ? `${balance.amount} ${balance.currency}` : '?';
    return ok(name, {
      en: `the account "${accountName}" answers, balance ${money}`,
      fr: `le compte « ${accountName} » répond, solde ${money}`,
    });
  } catch (error) {
    if (!(error instanceof RelaisError)) throw error;
    const { code, params } = error;
    if (code === 'provider_timeout')
      return fail(name, { en: 'does not answer.', fr: 'ne répond pas.' }, ADVICE[provider]);
    return fail(
      name,
      { en: sentence(code, params, 'en'), fr: sentence(code, params, 'fr') },
      ADVICE[provider],
    );
  }
}

const ADVICE: Record<ProviderName, Words> = {
  telnyx: {
    en: 'Check TELNYX_API_KEY (portal: Keys & Credentials, API Keys) and that this machine reaches TELNYX_BASE_URL.',
    fr: 'Vérifiez TELNYX_API_KEY (portail : Keys & Credentials, API Keys) et que cette machine atteint TELNYX_BASE_URL.',
  },
  twilio: {
    en: "Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (first page of Twilio's console) and that this machine reaches api.twilio.com.",
    fr: 'Vérifiez TWILIO_ACCOUNT_SID et TWILIO_AUTH_TOKEN (première page de la console Twilio) et que cette machine atteint api.twilio.com.',
  },
};

/** Whether SECRET_KEY opens what is stored. */
export async function checkSecrets(kernel: Kernel): Promise<Finding> {
  const total: SealedCount = { current: 0, former: 0, lost: 0 };
  const add = (part: SealedCount) => {
    for (const name of ['current', 'former', 'lost'] as const) total[name] += part[name];
  };
  add(await reviewSignInSecrets(kernel, { reseal: false }));
  for (const companyId of await companyIds(kernel)) {
    for (const review of [
      reviewAuditKey,
      reviewAccountSecrets,
      reviewOutgoingSecrets,
      reviewPushSecrets,
      reviewSoftphoneSecrets,
    ])
      add(await review(kernel, companyId, { reseal: false }));
    for (const files of [documentFiles, mediaFiles, recordingKeys, archiveKeys])
      add(await checkSealedFiles(kernel, companyId, files));
  }
  const { current, former, lost } = total;
  if (lost > 0)
    return fail(
      SECRETS,
      {
        en: `${lost} stored secrets or documents open neither with SECRET_KEY nor with SECRET_KEYS_OLD.`,
        fr: `${lost} secrets ou documents conservés ne s'ouvrent ni avec SECRET_KEY ni avec SECRET_KEYS_OLD.`,
      },
      {
        en: 'Put the SECRET_KEY that was in use when they were stored into SECRET_KEYS_OLD.',
        fr: 'Mettez dans SECRET_KEYS_OLD la SECRET_KEY qui servait quand ils ont été conservés.',
      },
    );
  if (former > 0)
    return warning(
      SECRETS,
      {
        en: `${former} of ${current + former} stored secrets and documents need a former key.`,
        fr: `${former} secrets et documents conservés sur ${current + former} demandent une ancienne clé.`,
      },
      {
        en: 'Run "npx relais rotate-secrets"; then SECRET_KEYS_OLD can be emptied.',
        fr: 'Lancez « npx relais rotate-secrets » ; SECRET_KEYS_OLD pourra ensuite être vidé.',
      },
    );
  return ok(SECRETS, {
    en: `SECRET_KEY opens all ${current} stored secrets and documents`,
    fr: `SECRET_KEY ouvre les ${current} secrets et documents conservés`,
  });
}
