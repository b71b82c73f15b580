import type { Kernel } from '../../kernel/ctx.ts';
import { reviewTexts } from '../../modules/messages/upkeep.ts';
import type { Words } from '../words.ts';
import { type Finding, ok, warning } from './finding.ts';

const TEXTS: Words = { en: 'Texts', fr: 'SMS' };
/** A number's pace makes texts wait; longer than this, something is wrong or too many were written at once. */
const WAIT_OK_MS = 10 * 60_000;

/** Whether texts leave in time, and whether some came for nobody. */
export async function checkTexts(kernel: Kernel): Promise<Finding[]> {
  const { waitingSince, nobodys } = await reviewTexts(kernel);
  const minutes = waitingSince ? Math.round((kernel.clock.nowMs() - waitingSince.getTime()) / 60_000) : 0;
  const findings: Finding[] = [];
  if (minutes * 60_000 > WAIT_OK_MS)
    findings.push(
      warning(
        TEXTS,
        {
          en: `a text has waited for ${minutes} min to leave.`,
          fr: `un SMS attend de partir depuis ${minutes} min.`,
        },
        {
          en: 'Does a process with RELAIS_ROLE all or worker run? If it does, the numbers may be too slow for what was written: SMS_PER_SECOND.',
          fr: 'Un processus avec RELAIS_ROLE all ou worker tourne-t-il ? Si oui, les numéros sont peut-être trop lents pour ce qui a été écrit : SMS_PER_SECOND.',
        },
      ),
    );
  if (nobodys > 0)
    findings.push(
      warning(
        TEXTS,
        {
          en: `${nobodys} came to the installation's accounts for numbers that no company has.`,
          fr: `${nobodys} sont arrivés sur les comptes de l'installation pour des numéros qu'aucune entreprise n'a.`,
        },
        {
          en: 'Add those numbers to the company they belong to (Settings, SMS numbers), or release them at the provider.',
          fr: "Ajoutez ces numéros à l'entreprise concernée (Réglages, Numéros SMS), ou libérez-les chez le fournisseur.",
        },
      ),
    );
  return findings.length > 0
    ? findings
    : [ok(TEXTS, { en: 'none waits too long', fr: "aucun n'attend trop longtemps" })];
}
