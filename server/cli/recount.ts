import { parseArgs } from 'node:util';
import { commandSettings, loadConfig } from '../kernel/config.ts';
import { isId } from '../kernel/ids.ts';
import { companyIds } from '../modules/identity/upkeep.ts';
import { countCompanyAnew } from '../modules/insights/upkeep.ts';
import { openExisting } from './open.ts';
import { CommandError, type Words } from './words.ts';

/**
 * `recount`: counts the figures of every company, or of one, anew from what is stored. Beside a running server: what happens
 * meanwhile is neither lost nor doubled, and when it is stopped, the former figures stay.
 */
export async function recountCommand(args: string[]): Promise<number> {
  const { language } = commandSettings();
  const { values } = parseArgs({ args, options: { company: { type: 'string' } } });
  const { kernel, close } = await openExisting(loadConfig(), 'recount');
  try {
    const known = await companyIds(kernel);
    const { company } = values;
    if (company !== undefined && !(isId(company) && known.includes(company.toLowerCase())))
      throw new CommandError({
        en: `There is no company ${company}: its id stands in the address of the API's answers (companyId).`,
        fr: `L'entreprise ${company} n'existe pas : son identifiant se lit dans les réponses de l'API (companyId).`,
      });
    const wanted = company === undefined ? known : [company.toLowerCase()];
    for (const companyId of wanted) await countCompanyAnew(kernel, companyId);
    console.log(done(wanted.length)[language]);
    return 0;
  } finally {
    await close();
  }
}

const done = (count: number): Words => ({
  en: `Companies counted anew: ${count}. Calls, texts, costs, call quality and transactions.`,
  fr: `Entreprises recomptées : ${count}. Appels, SMS, coûts, qualité des appels et transactions.`,
});
