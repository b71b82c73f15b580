import type { Restored } from '../../kernel/backup/index.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { systemCtx } from '../../kernel/ctx.ts';
import { RelaisError, sentence } from '../../kernel/errors.ts';
import { reviewLedger } from '../../modules/callbox/upkeep.ts';
import { checkChain, companyIds } from '../../modules/identity/upkeep.ts';
import { checkSecrets } from '../doctor/accounts.ts';
import { type Finding, fail, ok, warning } from '../doctor/finding.ts';
import { decimal, type Words } from '../words.ts';

const COPY: Words = { en: 'Copy', fr: 'Copie' };
const AUDIT: Words = { en: 'Audit log', fr: "Journal d'audit" };
const BOOKS: Words = { en: 'Ledger', fr: 'Comptes' };
const NEW_ONE: Words = {
  en: 'Make a new backup at once, and run the drill on it.',
  fr: 'Faites tout de suite une nouvelle sauvegarde, et relancez drill dessus.',
};

/** The restore itself compares every row and every file with the backup; here it says what it found. */
export function checkCopy(found: (Restored & { seconds: number }) | RelaisError): Finding[] {
  if (found instanceof RelaisError) {
    const { code, params } = found;
    return [fail(COPY, { en: sentence(code, params, 'en'), fr: sentence(code, params, 'fr') }, NEW_ONE)];
  }
  const { header, manifest, migrations, seconds } = found;
  const rows = manifest.tables.reduce((sum, { rows: count }) => sum + count, 0);
  const findings = [
    ok(COPY, {
      en: `of ${header.madeAt}, restored in ${decimal(seconds).en} s: ${rows} rows of ${manifest.tables.length} tables and ${manifest.objects.count} files are what was copied`,
      fr: `du ${header.madeAt}, restaurée en ${decimal(seconds).fr} s : ${rows} lignes de ${manifest.tables.length} tables et ${manifest.objects.count} fichiers sont ce qui a été copié`,
    }),
  ];
  if (migrations.length > 0)
    findings.push(
      ok(COPY, {
        en: `of an older version; ${migrations.join(', ')} brought it to this one`,
        fr: `d'une version plus ancienne ; ${migrations.join(', ')} l'ont amenée à celle-ci`,
      }),
    );
  if (manifest.bucket)
    findings.push(
      warning(
        COPY,
        {
          en: `Recordings in the bucket ${manifest.bucket} are not part of it.`,
          fr: `Les enregistrements du bucket ${manifest.bucket} n'en font pas partie.`,
        },
        { en: 'Give the bucket a copy of its own.', fr: 'Donnez au bucket sa propre copie.' },
      ),
    );
  return findings;
}

/** Every company's audit log, mark by mark. */
export async function checkAudit(kernel: Kernel): Promise<Finding[]> {
  let checked = 0;
  const broken: string[] = [];
  for (const companyId of await companyIds(kernel)) {
    const chain = await checkChain(systemCtx(kernel, companyId, 'drill'), null).catch(() => null);
    checked += chain?.checked ?? 0;
    if (!chain || chain.faults.length > 0) broken.push(companyId);
  }
  if (broken.length === 0)
    return [ok(AUDIT, { en: `all ${checked} marks hold`, fr: `les ${checked} marques tiennent toutes` })];
  return [
    fail(
      AUDIT,
      {
        en: `The chain does not hold for these companies: ${broken.join(', ')}.`,
        fr: `La chaîne ne tient pas pour ces entreprises : ${broken.join(', ')}.`,
      },
      {
        en: 'Check the same log in the console (Audit log). If it holds there, make a new backup; if it does not, somebody changed it.',
        fr: "Vérifiez le même journal dans la console (Journal d'audit). S'il tient là, refaites une sauvegarde ; sinon, quelqu'un l'a modifié.",
      },
    ),
  ];
}

/** Every entry comes to nothing, and every SIM has what was booked on it. */
export async function checkBooks(kernel: Kernel): Promise<Finding[]> {
  const sum = { entries: 0, unbalanced: 0, sims: 0, simsOff: 0 };
  for (const companyId of await companyIds(kernel)) {
    const review = await reviewLedger(kernel, companyId);
    for (const name of ['entries', 'unbalanced', 'sims', 'simsOff'] as const) sum[name] += review[name];
  }
  const { entries, unbalanced, sims, simsOff } = sum;
  if (unbalanced + simsOff === 0)
    return [
      ok(BOOKS, {
        en: `${entries} entries balance, and ${sims} SIMs have what was booked`,
        fr: `${entries} écritures sont équilibrées, et ${sims} SIM ont ce qui a été écrit`,
      }),
    ];
  return [
    fail(
      BOOKS,
      {
        en: `${unbalanced} entries do not balance, ${simsOff} SIMs have not what was booked.`,
        fr: `${unbalanced} écritures ne sont pas équilibrées, ${simsOff} SIM n'ont pas ce qui a été écrit.`,
      },
      NEW_ONE,
    ),
  ];
}

/** Everything that SECRET_KEY seals: credentials, sign-in, keys of files. */
export const checkSealed = (kernel: Kernel): Promise<Finding> => checkSecrets(kernel);
