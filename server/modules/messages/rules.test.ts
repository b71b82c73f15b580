import { describe, expect, it } from 'vitest';
import { CATEGORIES, type Category, classify, type TextFacts, WORD_RULES } from './model.ts';
import { categoryAfter } from './rules.ts';

const facts = (text: string, more: Partial<TextFacts> = {}): TextFacts => ({
  text,
  isFirst: false,
  afterUs: false,
  hasMedia: false,
  ...more,
});

describe('a text', () => {
  const cases: [string, Partial<TextFacts>, Category, string][] = [
    ['STOP', {}, 'stop', 'stop_keyword'],
    ['Arrêt.', { isFirst: true }, 'stop', 'stop_keyword'],
    ['STOP 12345', {}, 'waiting_us', 'their_turn_ended'],
    ['START', {}, 'waiting_us', 'their_turn_ended'],
    ['Bonjour', { isFirst: true }, 'new', 'first_text'],
    ['Hello, is it in stock?', { isFirst: true }, 'new', 'first_text'],
    ['Bonjour', {}, 'waiting_us', 'their_turn_ended'],
    ['Et demain ?', { afterUs: true }, 'waiting_us', 'their_turn_ended'],
    ['C’est URGENT !', {}, 'urgent', 'urgent_words'],
    ["c'est urgent", { isFirst: true }, 'urgent', 'urgent_words'],
    ['Urgence : fuite d’eau', {}, 'urgent', 'urgent_words'],
    ['Rappelez-moi immédiatement', {}, 'urgent', 'urgent_words'],
    ['Merci de rappeler au plus vite', { afterUs: true }, 'urgent', 'urgent_words'],
    ['Tout de suite\nsvp', {}, 'urgent', 'urgent_words'],
    ['Call me ASAP', {}, 'urgent', 'urgent_words'],
    ['I need it right now.', {}, 'urgent', 'urgent_words'],
    ['On m’a volé mon sac', {}, 'urgent', 'urgent_words'],
    ['insurgents', {}, 'waiting_us', 'their_turn_ended'],
    ['Vous avez gagné un iPhone', { isFirst: true }, 'spam', 'spam_words'],
    ['URGENT: you have won!', {}, 'spam', 'spam_words'],
    ['Casino en ligne', {}, 'spam', 'spam_words'],
    ['Votre colis est en attente', {}, 'spam', 'spam_words'],
    ['Merci !', { afterUs: true }, 'resolved', 'thanks'],
    ['Thank you so much', { afterUs: true }, 'resolved', 'thanks'],
    ["C'est bon pour moi", { afterUs: true }, 'resolved', 'thanks'],
    ['Parfait, bien reçu', { afterUs: true }, 'resolved', 'thanks'],
    ['👍', { afterUs: true }, 'resolved', 'thanks'],
    ['👍🏽', { afterUs: true }, 'resolved', 'thanks'],
    ['👍', {}, 'waiting_us', 'their_turn_ended'],
    ['Merci', {}, 'waiting_us', 'their_turn_ended'],
    ['Merci, et la facture ?', { afterUs: true }, 'waiting_us', 'their_turn_ended'],
    ['Merci', { afterUs: true, hasMedia: true }, 'waiting_us', 'their_turn_ended'],
    [`Merci, mais ${'il manque encore '.repeat(4)}`, { afterUs: true }, 'waiting_us', 'their_turn_ended'],
    ['Merci mais ça ne marche pas', { afterUs: true }, 'waiting_us', 'their_turn_ended'],
    ['Thanks, but it still fails', { afterUs: true }, 'waiting_us', 'their_turn_ended'],
    ['', { hasMedia: true, isFirst: true }, 'new', 'first_text'],
    ['', { hasMedia: true, afterUs: true }, 'waiting_us', 'their_turn_ended'],
    ['remerciements', { afterUs: true }, 'waiting_us', 'their_turn_ended'],
  ];
  it.each(cases)('%j %j is %s by %s', (text, more, category, rule) => {
    expect(classify(facts(text, more))).toEqual({ category, rule });
  });

  it('is found by every word of every rule, with accents and capitals, in either language', () => {
    for (const { id, category, words, afterUs } of WORD_RULES)
      for (const word of words) {
        const text = `… ${word.toUpperCase()}, ok`;
        expect(classify(facts(text, { afterUs: afterUs === true })), word).toEqual({ category, rule: id });
      }
  });

  it('meets rules whose words are written as they are compared', () => {
    for (const { words } of WORD_RULES)
      for (const word of words) expect(word, word).toMatch(/^[a-z0-9]+( [a-z0-9]+)*$/);
    const all = WORD_RULES.flatMap(({ words }) => words);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('a conversation', () => {
  const after = (category: Category, categoryRule: string | null, text: string, afterUs = false) =>
    categoryAfter({ category, categoryRule }, { text, afterUs, hasMedia: false });

  it('that a person called spam stays spam, whatever comes', () => {
    for (const text of ['Bonjour', 'URGENT', 'STOP', 'Merci'])
      expect(after('spam', null, text, true)).toEqual({ category: 'spam', rule: null });
  });

  it('that a rule called spam is judged anew', () => {
    expect(after('spam', 'spam_words', 'Bonjour')).toEqual({
      category: 'waiting_us',
      rule: 'their_turn_ended',
    });
  });

  it('is new until somebody has answered', () => {
    expect(after('new', 'first_text', 'Toujours là ?')).toEqual({ category: 'new', rule: 'first_text' });
    expect(after('waiting_customer', 'we_wrote_last', 'Oui', true).category).toBe('waiting_us');
  });

  it('that a person placed elsewhere moves on with the next text', () => {
    for (const category of CATEGORIES.filter((each) => each !== 'spam' && each !== 'new'))
      expect(after(category, null, 'Une question')).toEqual({
        category: 'waiting_us',
        rule: 'their_turn_ended',
      });
  });
});
