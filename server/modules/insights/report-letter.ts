import type { Language } from '../../kernel/errors.ts';
import { escapeHtml } from '../../kernel/mail.ts';
import { figureText } from './report-format.ts';
import type { ReportDocument } from './report-model.ts';
import { reportWords } from './report-words.ts';

const WORDS = {
  en: {
    intro: (title: string, when: string, company: string) => `${title} of ${company}: ${when}.`,
    attached: 'The whole report is attached.',
    seeScreen: 'See it in Relais',
    why: (company: string) => `You get this because ${company} has it sent to you.`,
    unsubscribe: 'Send me no more of these',
    empty: 'Nothing happened in this time.',
  },
  fr: {
    intro: (title: string, when: string, company: string) => `${title} de ${company} : ${when}.`,
    attached: 'Le rapport complet est joint.',
    seeScreen: 'Le voir dans Relais',
    why: (company: string) => `Vous recevez ce message parce que ${company} vous le fait envoyer.`,
    unsubscribe: 'Ne plus recevoir ces rapports',
    empty: 'Rien ne s’est passé pendant cette période.',
  },
};

/** The letter around a report: its figures in a few lines, as plain text and as HTML in which names cannot become markup. */
export function reportLetter(
  document: ReportDocument,
  links: { screen: string; unsubscribe: string },
  hasAttachments: boolean,
): { subject: string; text: string; html: string } {
  const { language, title, when, company, measures } = document;
  const words = WORDS[language];
  const before = reportWords[language].before[document.period];
  const lines = measures.map(({ label, value, before: former, unit, currency }) => ({
    label,
    value: figureText(value, unit, currency, language),
    before: `${before}${colon(language)} ${figureText(former, unit, currency, language)}`,
  }));
  const intro = words.intro(title, when, company);
  const notes = [...(document.isEmpty ? [words.empty] : []), ...(hasAttachments ? [words.attached] : [])];
  const text = [
    ...[
      intro,
      '',
      ...lines.map(({ label, value, before: former }) => `${label}${colon(language)} ${value} (${former})`),
      '',
    ],
    ...[...notes, `${words.seeScreen}${colon(language)} ${links.screen}`, '', words.why(company)],
    `${words.unsubscribe}${colon(language)} ${links.unsubscribe}`,
  ].join('\n');
  const cells = lines.map(
    ({ label, value, before: former }) =>
      `<tr><td style="padding:4px 16px 4px 0">${escapeHtml(label)}</td><td style="padding:4px 16px 4px 0;text-align:right"><strong>${escapeHtml(value)}</strong></td><td style="padding:4px 0;color:#55635f">${escapeHtml(former)}</td></tr>`,
  );
  const html = [
    `<p>${escapeHtml(intro)}</p><table style="border-collapse:collapse">${cells.join('')}</table>`,
    ...notes.map((each) => `<p>${escapeHtml(each)}</p>`),
    `<p><a href="${escapeHtml(links.screen)}">${escapeHtml(words.seeScreen)}</a></p>`,
    `<p style="color:#55635f;font-size:12px">${escapeHtml(words.why(company))} <a href="${escapeHtml(links.unsubscribe)}">${escapeHtml(words.unsubscribe)}</a></p>`,
  ].join('');
  return { subject: `${title} – ${when} – ${company}`.replaceAll(/[\r\n]+/g, ' '), text: `${text}\n`, html };
}

const colon = (language: Language) => (language === 'fr' ? '\u00A0:' : ':');
