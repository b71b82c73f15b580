/** What somebody asks for with a single word: to be left alone, to be written to again, or what this is about. */
export type Keyword = 'stop' | 'start' | 'help';

export interface KeywordMatch {
  keyword: Keyword;
  /** As it was recognised, e.g. ARRET. */
  word: string;
  /** The language to answer in. */
  language: 'en' | 'fr';
  /** The providers that recognise this very text too, and answer it themselves. */
  answeredBy: readonly Provider[];
}

type Provider = 'telnyx' | 'twilio';

interface Entry {
  word: string;
  language: 'en' | 'fr';
  /** The providers that know the word. */
  providers: readonly Provider[];
}

const BOTH = ['telnyx', 'twilio'] as const;

const en = (word: string, providers: readonly Provider[] = []): Entry => ({
  word,
  language: 'en',
  providers,
});
const fr = (word: string): Entry => ({ word, language: 'fr', providers: [] });

/**
 * The words, without accents. Whole messages only: "STOP 12345" or "stop sending me the old price" is talk, not a wish to be
 * forgotten. Words that a conversation needs (FIN, ANNULER) are left out, except those that the providers block on anyway.
 */
export const KEYWORDS: Record<Keyword, readonly Entry[]> = {
  stop: [
    ...['STOP', 'STOPALL', 'STOP ALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT'].map((word) => en(word, BOTH)),
    ...['REVOKE', 'OPTOUT'].map((word) => en(word, ['twilio'])),
    ...['OPT OUT', 'REMOVE ME'].map((word) => en(word)),
    ...['ARRET', 'ARRETER', 'ARRETEZ', 'STOP SMS', 'STOP PUB', 'DESABONNER', 'DESABONNEMENT'].map(fr),
    ...['DESINSCRIRE', 'DESINSCRIPTION', 'ME DESABONNER', 'ME DESINSCRIRE'].map(fr),
  ],
  start: [
    ...['START', 'UNSTOP'].map((word) => en(word, BOTH)),
    ...['OPTIN', 'OPT IN', 'SUBSCRIBE', 'RESUBSCRIBE'].map((word) => en(word)),
    ...['REPRENDRE', 'REABONNER', 'ME REABONNER', 'REINSCRIRE'].map(fr),
  ],
  help: [...['HELP', 'INFO'].map((word) => en(word, BOTH)), ...['AIDE', 'INFOS'].map(fr)],
};

/** A text as the providers compare it with their keywords: "STOP", but not "Stop." */
function asProvidersRead(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toUpperCase();
}

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
      const { word, language, providers } = found;
      return { keyword, word, language, answeredBy: asProvidersRead(text) === word ? providers : [] };
    }
  }
  return null;
}
