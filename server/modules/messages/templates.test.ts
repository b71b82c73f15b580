import { describe, expect, it } from 'vitest';
import { fillTemplate, variablesOf } from './model.ts';
import { answerFor, STANDARD_ANSWERS } from './settings.ts';

describe('a template', () => {
  const texts: [string, string[]][] = [
    ['Bonjour', []],
    ['Bonjour {{first_name}}', ['first_name']],
    ['{{ first_name }} {{FIRST_NAME}} {{company}}', ['first_name', 'company']],
    ['{{a1}} {{1a}} {{é}} {{}} {a} {{a b}} {{{b}}}', ['a1', 'b']],
    [`{{${'a'.repeat(41)}}}`, []],
    ['{{__proto__}} {{constructor}}', ['constructor']],
  ];
  it.each(texts)('%j names %j', (text, names) => {
    expect(variablesOf(text)).toEqual(names);
  });

  it('is filled with values as they are', () => {
    const filled = fillTemplate('{{ name }}, {{Name}}: {{price}}', {
      name: "$& $1 $' {{price}}",
      price: '5 €',
    });
    expect(filled).toEqual({ text: "$& $1 $' {{price}}, $& $1 $' {{price}}: 5 €", missing: [] });
  });

  it('keeps what has no value, and says so once', () => {
    const filled = fillTemplate('{{a}} {{b}} {{A}} {{constructor}}', { a: undefined, b: '' });
    expect(filled).toEqual({
      text: '{{a}} {{b}} {{A}} {{constructor}}',
      missing: ['a', 'b', 'constructor'],
    });
  });
});

describe('an automatic answer', () => {
  const settings = { defaultRegion: null, helpText: null, stopText: null, startText: null };
  const match = (keyword: 'stop' | 'start' | 'help', language: 'en' | 'fr') => ({
    keyword,
    language,
    word: 'X',
    answeredBy: [],
  });

  it('is the standard one in the language of the keyword, with the company’s name as it is', () => {
    for (const keyword of ['stop', 'start', 'help'] as const)
      for (const language of ['en', 'fr'] as const) {
        const text = answerFor(match(keyword, language), settings, 'A $& B {{x}}');
        expect(text).toBe(STANDARD_ANSWERS[keyword][language].split('{{company}}').join('A $& B {{x}}'));
        expect(text).toContain('A $& B {{x}}');
      }
  });

  it('is the company’s own in any language, and none when that is empty', () => {
    const own = { ...settings, stopText: 'Bye from {{ company }}', helpText: '' };
    expect(answerFor(match('stop', 'fr'), own, 'Acme')).toBe('Bye from Acme');
    expect(answerFor(match('help', 'en'), own, 'Acme')).toBe('');
    expect(answerFor(match('start', 'en'), own, 'Acme')).toContain('Acme');
  });
});
