import { publicBaseUrl } from '../../kernel/config.ts';
import type { Kernel } from '../../kernel/ctx.ts';
import { escapeHtml, sendMail } from '../../kernel/mail.ts';
import { trimZeros } from '../../kernel/money.ts';
import type { BudgetAlertRow, BudgetRow } from './budgets-store.ts';

/** A threshold that was reached, and who is told. */
export interface BudgetMail {
  to: string;
  alert: BudgetAlertRow;
  budget: BudgetRow;
}

const WORDS = {
  en: {
    subject: (name: string, threshold: number) => `Budget “${name}”: ${threshold} % reached`,
    text: (spent: string, amount: string, since: string) =>
      `Since ${since}, ${spent} of ${amount} have been spent.`,
    stop: 'It stops what would go beyond it: calls, texts and purchases of numbers are refused until it is raised or its next period begins. What comes in is not touched.',
    open: 'It only warns: nothing is refused.',
    see: 'See the budgets:',
  },
  fr: {
    subject: (name: string, threshold: number) => `Budget « ${name} » : ${threshold} % atteints`,
    text: (spent: string, amount: string, since: string) =>
      `Depuis le ${since}, ${spent} ont été dépensés sur ${amount}.`,
    stop: 'Il bloque ce qui le dépasserait : appels, SMS et achats de numéros sont refusés jusqu’à ce qu’il soit augmenté ou que sa prochaine période commence. Ce qui arrive n’est pas touché.',
    open: 'Il avertit seulement : rien n’est refusé.',
    see: 'Voir les budgets :',
  },
};

/** The mail of a threshold, as plain text. */
export function renderBudgetMail(
  { alert, budget }: Omit<BudgetMail, 'to'>,
  base: string,
): { subject: string; text: string } {
  const words = WORDS[budget.language];
  const sum = (amount: string) => `${trimZeros(amount)} ${alert.currency}`;
  const since = new Intl.DateTimeFormat(budget.language, { dateStyle: 'long', timeZone: 'UTC' }).format(
    new Date(`${alert.periodStart}T00:00:00Z`),
  );
  const lines = [
    words.text(sum(alert.spent), sum(alert.amount), since),
    budget.hardStop ? words.stop : words.open,
    `${words.see} ${base}/costs/budgets`,
  ];
  return {
    subject: words.subject(budget.name, alert.threshold).replaceAll(/[\r\n]+/g, ' '),
    text: `${lines.join('\n\n')}\n`,
  };
}

/** Sends it through SMTP_URL. @throws what the mail server says; the job tries again. */
export async function sendBudgetMail(kernel: Kernel, mail: BudgetMail): Promise<void> {
  const { subject, text } = renderBudgetMail(mail, publicBaseUrl(kernel.config));
  const html = text
    .trimEnd()
    .split('\n\n')
    .map((line) => `<p>${escapeHtml(line)}</p>`)
    .join('\n');
  await sendMail(kernel, { to: mail.to, subject, text, html });
}
