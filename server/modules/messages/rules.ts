import { keywordOf } from './keywords.ts';

/** Where a conversation stands, so that people see what to do first. */
export const CATEGORIES = [
  'new',
  'waiting_us',
  'waiting_customer',
  'urgent',
  'stop',
  'spam',
  'resolved',
] as const;
export type Category = (typeof CATEGORIES)[number];

/** A rule that looks at the words of a text somebody sent us. */
export interface WordRule {
  id: string;
  category: Category;
  /** Written without accents, in small letters; a text must hold one of them as whole words. */
  words: readonly string[];
  /** Only texts up to this many characters: thanks at the end of a long question is no goodbye. */
  charsMax?: number;
  /** Only after we wrote last. */
  afterUs?: boolean;
  /** With one of these beside it, the text says something else: thanks, but it does not work. */
  unless?: readonly string[];
}

/** The rules, first match first. They are shown to people as they stand here. */
export const WORD_RULES: readonly WordRule[] = [
  {
    id: 'spam_words',
    category: 'spam',
    words: [
      ...['you have won', 'you won', 'claim your prize', 'free gift card', 'casino', 'double your bitcoin'],
      ...[
        'crypto investment',
        'work from home and earn',
        'your parcel is on hold',
        'verify your account now',
      ],
      ...['vous avez gagne', 'vous etes l heureux gagnant', 'reclamez votre prix', 'carte cadeau gratuite'],
      ...['votre colis est en attente', 'votre compte sera suspendu', 'gagnez de l argent depuis chez vous'],
    ],
  },
  {
    id: 'urgent_words',
    category: 'urgent',
    words: [
      ...['urgent', 'urgently', 'asap', 'emergency', 'immediately', 'right now', 'at once', 'help me please'],
      ...['urgence', 'urgente', 'immediatement', 'tout de suite', 'au secours', 'en panne', 'au plus vite'],
      ...['des que possible', 'accident', 'vole', 'stolen', 'fraude', 'fraud'],
    ],
  },
  {
    id: 'thanks',
    category: 'resolved',
    charsMax: 60,
    afterUs: true,
    unless: [
      'but',
      'not',
      'still',
      'however',
      'never',
      'mais',
      'pas',
      'toujours',
      'encore',
      'jamais',
      'sauf',
    ],
    words: [
      ...['thanks', 'thank you', 'thx', 'perfect', 'great', 'all good', 'that works', 'problem solved'],
      ...[
        'merci',
        'parfait',
        'c est bon',
        'super',
        'impeccable',
        'bien recu',
        'probleme resolu',
        'c est regle',
      ],
    ],
  },
];

/** Where a conversation stood before a text: a category without a rule is a person's word. */
export interface Standing {
  category: Category;
  categoryRule: string | null;
}

/** What a text is judged by. */
export interface TextFacts {
  text: string;
  /** The contact's first text ever. */
  isFirst: boolean;
  /** We wrote last. */
  afterUs: boolean;
  hasMedia: boolean;
}

export interface Verdict {
  category: Category;
  /** The rule that decided; shown beside the category. */
  rule: string;
}

/** Small letters, without accents or punctuation, single spaces: "C'est URGENT !" -> "c est urgent". */
function plainWords(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

const THUMBS_UP = /^(?:👍|🙏|👌|😊|❤️|\s)+(?:\p{Emoji_Modifier}|\s)*$/u;

/** Classifies a text that somebody sent us. Pure, so that people can be shown why. */
export function classify(facts: TextFacts): Verdict {
  if (keywordOf(facts.text)?.keyword === 'stop') return { category: 'stop', rule: 'stop_keyword' };
  const said = ` ${plainWords(facts.text)} `;
  for (const rule of WORD_RULES) {
    if (rule.charsMax !== undefined && facts.text.length > rule.charsMax) continue;
    if (rule.afterUs && (!facts.afterUs || facts.text.includes('?') || facts.hasMedia)) continue;
    if (rule.unless?.some((word) => said.includes(` ${word} `))) continue;
    if (rule.words.some((word) => said.includes(` ${word} `)))
      return { category: rule.category, rule: rule.id };
  }
  if (facts.afterUs && THUMBS_UP.test(facts.text)) return { category: 'resolved', rule: 'thanks' };
  return facts.isFirst
    ? { category: 'new', rule: 'first_text' }
    : { category: 'waiting_us', rule: 'their_turn_ended' };
}

/**
 * Where a conversation stands after a text: new until we have answered, and spam for good once a person said so.
 * @param standing how the conversation was before; a conversation that was just made is `new`.
 */
export function categoryAfter(
  standing: Standing,
  facts: Omit<TextFacts, 'isFirst'>,
): { category: Category; rule: string | null } {
  if (standing.category === 'spam' && standing.categoryRule === null) return { category: 'spam', rule: null };
  return classify({ ...facts, isFirst: standing.category === 'new' });
}

/** Where a conversation stands once we have written. */
export const AFTER_OUR_TEXT: Verdict = { category: 'waiting_customer', rule: 'we_wrote_last' };
