/** What somebody asks for with a single word: to be left alone, to be written to again, or what this is about. */
export type Keyword = 'stop' | 'start' | 'help';

export interface KeywordMatch {
  keyword: Keyword;
  /** As it was recognised, e.g. ARRET. */
  word: string;
  /** The language to answer in. */
  language: 'en' | 'fr';
  /** Both providers recognise it too, and answer it themselves. */
  isProvidersToo: boolean;
}

interface Entry {
  word: string;
  language: 'en' | 'fr';
  isProvidersToo?: boolean;
}

const en = (word: string, isProvidersToo = false): Entry => ({ word, language: 'en', isProvidersToo });
const fr = (word: string): Entry => ({ word, language: 'fr' });

/**
 * The words, without accents. Whole messages only: "STOP 12345" or "stop sending me the old price" is talk, not a wish to be
 * forgotten. Words that a conversation needs (FIN, ANNULER) are left out, except those that the providers block on anyway.
 */
export const KEYWORDS: Record<Keyword, readonly Entry[]> = {
  stop: [
    ...['STOP', 'STOPALL', 'STOP ALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT'].map((word) => en(word, true)),
    ...['REVOKE', 'OPTOUT', 'OPT OUT', 'REMOVE ME'].map((word) => en(word)),
    ...['ARRET', 'ARRETER', 'ARRETEZ', 'STOP SMS', 'STOP PUB', 'DESABONNER', 'DESABONNEMENT'].map(fr),
    ...['DESINSCRIRE', 'DESINSCRIPTION', 'ME DESABONNER', 'ME DESINSCRIRE'].map(fr),
  ],
  start: [
    ...['START', 'UNSTOP'].map((word) => en(word, true)),
    ...['OPTIN', 'OPT IN', 'SUBSCRIBE', 'RESUBSCRIBE'].map((word) => en(word)),
    ...['REPRENDRE', 'REABONNER', 'ME REABONNER', 'REINSCRIRE'].map(fr),
  ],
  help: [...['HELP', 'INFO'].map((word) => en(word, true)), ...['AIDE', 'INFOS'].map(fr)],
};

/** A text as keywords are compared: capitals, no accents, no punctuation around it, single spaces. */
function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toUpperCase()
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
    .replace(/[\s-]+/g, ' ');
}

/** The keyword that a text consists of, or null: most texts are just talk. */
export function keywordOf(text: string): KeywordMatch | null {
  if (text.length > 40) return null;
  const said = plain(text);
  for (const keyword of ['stop', 'start', 'help'] as const) {
    const found = KEYWORDS[keyword].find(({ word }) => word === said);
    if (found) {
      const { word, language } = found;
      return { keyword, word, language, isProvidersToo: found.isProvidersToo === true };
    }
  }
  return null;
}
