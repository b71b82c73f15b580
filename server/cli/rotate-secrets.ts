import { commandSettings, loadConfig } from '../kernel/config.ts';
import type { SealedCount } from '../kernel/crypto.ts';
import { reviewOutgoingSecrets } from '../kernel/outgoing-secrets.ts';
import { checkSealedFiles, resealFiles } from '../kernel/sealed-files.ts';
import {
  archiveKeys,
  recordingKeys,
  reviewPushSecrets,
  reviewSoftphoneSecrets,
} from '../modules/calls/upkeep.ts';
import { documentFiles } from '../modules/compliance/upkeep.ts';
import { companyIds, reviewAuditKey, reviewSignInSecrets } from '../modules/identity/upkeep.ts';
import { mediaFiles } from '../modules/messages/upkeep.ts';
import { reviewAccountSecrets } from '../modules/providers/upkeep.ts';
import { openExisting } from './open.ts';
import type { Words } from './words.ts';

/**
 * `rotate-secrets`: seals with today's SECRET_KEY what former keys sealed, company by company. What is done already is
 * passed over, so it can be stopped at any moment and started again.
 */
export async function rotateSecretsCommand(): Promise<number> {
  const { language } = commandSettings();
  const { kernel, close } = await openExisting(loadConfig(), 'rotate-secrets');
  try {
    const total: SealedCount = { current: 0, former: 0, lost: 0 };
    const add = (part: SealedCount) => {
      for (const name of ['current', 'former', 'lost'] as const) total[name] += part[name];
    };
    add(await reviewSignInSecrets(kernel, { reseal: true }));
    for (const companyId of await companyIds(kernel)) {
      for (const review of [
        reviewAuditKey,
        reviewAccountSecrets,
        reviewOutgoingSecrets,
        reviewPushSecrets,
        reviewSoftphoneSecrets,
      ])
        add(await review(kernel, companyId, { reseal: true }));
      for (const files of [documentFiles, mediaFiles, recordingKeys, archiveKeys]) {
        const { current } = await checkSealedFiles(kernel, companyId, files);
        add({ ...(await resealFiles(kernel, companyId, files)), current });
      }
    }
    console.log(outcome(total)[language]);
    return total.lost === 0 ? 0 : 1;
  } finally {
    await close();
  }
}

function outcome({ current, former, lost }: SealedCount): Words {
  if (lost > 0)
    return {
      en: `${former} sealed again, ${current} were up to date. ${lost} cannot be opened with SECRET_KEY or SECRET_KEYS_OLD: add the key that sealed them to SECRET_KEYS_OLD and run this again, or enter those credentials and documents anew.`,
      fr: `${former} scellés à nouveau, ${current} étaient à jour. ${lost} ne s'ouvrent ni avec SECRET_KEY ni avec SECRET_KEYS_OLD : ajoutez à SECRET_KEYS_OLD la clé qui les a scellés et relancez, ou saisissez à nouveau ces identifiants et documents.`,
    };
  return {
    en: `${former} sealed again, ${current} were up to date. Nothing needs a former key any more: empty SECRET_KEYS_OLD once every process runs with today's SECRET_KEY.`,
    fr: `${former} scellés à nouveau, ${current} étaient à jour. Plus rien ne dépend d'une ancienne clé : videz SECRET_KEYS_OLD dès que tous les processus tournent avec la SECRET_KEY du jour.`,
  };
}
