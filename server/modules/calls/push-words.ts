import type { Language } from '../../kernel/errors.ts';
import { trimZeros } from '../../kernel/money.ts';
import type { NoticeKind } from './model.ts';
import type { NewsFacts } from './push-news-store.ts';

// What devices show of what happened. Others may read a locked screen: what somebody wrote, and sums, are told to those who wish it.

type Said = (who: string, facts: NewsFacts) => { title: string; body: string; details?: string };

const francs = (amount: string | number | null | undefined, language: Language): string =>
  amount === null || amount === undefined
    ? ''
    : `${new Intl.NumberFormat(language).format(Number(amount))} FCFA`;

const sum = ({ spent = '', currency = '' }: NewsFacts) => `${trimZeros(spent)} ${currency}`;

const WORDS: Record<Language, Record<Exclude<NoticeKind, 'calls'>, Said>> = {
  en: {
    texts: (who, { words }) => ({ title: who, body: 'New text', details: words || 'A picture or a file' }),
    missedCalls: (who) => ({ title: 'Missed call', body: who }),
    unknown: (_who, { amount, phoneNumber = '' }) => ({
      title: 'A transaction needs a person',
      body: 'Nobody knows what became of it.',
      details: [francs(amount, 'en'), phoneNumber].filter(Boolean).join(' · '),
    }),
    lowFloat: (_who, { box, slot, available }) => ({
      title: 'A SIM runs low on money',
      body: `${box} · ${slot}`,
      details: `${box} · ${slot} · ${francs(available, 'en')}`,
    }),
    boxes: (_who, { box = '', event, reason }) =>
      event === 'away'
        ? { title: 'A CallBox is away', body: `${box} has not been heard of for two minutes.` }
        : {
            title: 'A CallBox is in quarantine',
            body: box,
            details: [box, reason].filter(Boolean).join(': '),
          },
    budgets: (_who, facts) => ({
      title: `Budget “${facts.name}”: ${facts.threshold} % reached`,
      body:
        facts.hardStop && facts.threshold! >= 100
          ? 'What would go beyond it is refused.'
          : 'See the budgets.',
      details: `${sum(facts)} spent${facts.hardStop && facts.threshold! >= 100 ? ': what would go beyond it is refused.' : '.'}`,
    }),
  },
  fr: {
    texts: (who, { words }) => ({
      title: who,
      body: 'Nouveau message',
      details: words || 'Une image ou un fichier',
    }),
    missedCalls: (who) => ({ title: 'Appel manqué', body: who }),
    unknown: (_who, { amount, phoneNumber = '' }) => ({
      title: "Une transaction attend quelqu'un",
      body: "Personne ne sait ce qu'elle est devenue.",
      details: [francs(amount, 'fr'), phoneNumber].filter(Boolean).join(' · '),
    }),
    lowFloat: (_who, { box, slot, available }) => ({
      title: "Une SIM n'a plus beaucoup d'argent",
      body: `${box} · ${slot}`,
      details: `${box} · ${slot} · ${francs(available, 'fr')}`,
    }),
    boxes: (_who, { box = '', event, reason }) =>
      event === 'away'
        ? { title: 'Une CallBox ne répond plus', body: `${box} n'a rien dit depuis deux minutes.` }
        : {
            title: 'Une CallBox est en quarantaine',
            body: box,
            details: [box, reason].filter(Boolean).join(' : '),
          },
    budgets: (_who, facts) => ({
      title: `Budget « ${facts.name} » : ${facts.threshold} % atteints`,
      body:
        facts.hardStop && facts.threshold! >= 100 ? 'Ce qui le dépasserait est refusé.' : 'Voir les budgets.',
      details: `${sum(facts)} dépensés${facts.hardStop && facts.threshold! >= 100 ? ' : ce qui le dépasserait est refusé.' : '.'}`,
    }),
  },
};

const LENGTH_MAX = 160;

/** What a device shows. @param who whom it is from, as its person may know them. */
export function noticeWords(
  kind: Exclude<NoticeKind, 'calls'>,
  {
    facts,
    who,
    language,
    showsWords,
  }: { facts: NewsFacts; who: string; language: Language; showsWords: boolean },
): { title: string; body: string } {
  const { title, body, details } = WORDS[language][kind](who, facts);
  const clip = (text: string) => text.replaceAll('\0', '').slice(0, LENGTH_MAX).toWellFormed();
  return { title: clip(title), body: clip(showsWords && details ? details : body) };
}
