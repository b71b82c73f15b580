import type { BoxConfig } from '../config.ts';
import type { Job } from '../drivers/port.ts';
import { loadBook } from '../ussd/book.ts';
import { renderJob } from '../ussd/render.ts';
import { complain, say } from './words.ts';

const TYPES = ['recharge', 'voucher', 'deposit', 'withdraw'] as const;

/** Shows what would be dialled. The SIM is not touched, and the PIN is not shown. */
export async function dialDry(config: BoxConfig, [operator, type, number, what]: string[]): Promise<number> {
  const { language, templates, sims } = config;
  const known = TYPES.find((each) => each === type);
  if (!operator || !known || !number) {
    complain(
      language,
      `Usage: relais-box dry-run mtn ${TYPES.join('|')} +237677123456 1000`,
      `Usage : relais-box dry-run mtn ${TYPES.join('|')} +237677123456 1000`,
    );
    return 2;
  }
  const book = loadBook(templates);
  const key = operator.toLowerCase();
  const amount = /^\d+$/.test(what ?? '') ? Number(what) : null;
  const job: Job = {
    ...{ id: 'dry-run', slot: 'dry-run', operator: key, type: known, amount },
    phoneNumber: number.startsWith('+') ? number : `+${book.countryCode}${number}`,
    payItemId: amount === null ? (what ?? null) : null,
  };
  const sim = sims.find((each) => each.operator === key);
  const rendered = renderJob(book, key, job, sim ? sim.pin : '0000');
  if (rendered.kind === 'refused') {
    complain(
      language,
      `Nothing would be dialled: ${rendered.message} (${rendered.code})`,
      `Rien ne serait composé : ${rendered.message} (${rendered.code})`,
    );
    return 1;
  }
  say(
    language,
    `Templates ${book.version}. This would be dialled:`,
    `Modèles ${book.version}. Ceci serait composé :`,
  );
  rendered.steps.forEach(({ shown, commits, step }, at) => {
    const expects =
      step.expect === undefined
        ? ''
        : language === 'fr'
          ? `  (attend /${step.expect}/)`
          : `  (expects /${step.expect}/)`;
    const money = commits ? (language === 'fr' ? '  ← argent' : '  ← money') : '';
    console.log(`  ${at + 1}. ${shown}${expects}${money}`);
  });
  return 0;
}
