import { expect, test } from 'vitest';
import { charactersOf } from './characters.ts';
import { timesPrice } from './cost.ts';
import { e164Of } from './e164.ts';
import { eventValue } from './eventValue.ts';
import { isExpired, mediaKind } from './media.ts';
import { initialsOf, tintOf } from './names.ts';
import { matchTemplates, slashWords } from './templateSearch.ts';

test('a price is multiplied exactly', () => {
  expect(timesPrice({ amount: '0.0079', currency: 'USD' }, 3).amount).toBe('0.0237');
  expect(timesPrice({ amount: '0.10', currency: 'USD' }, 3).amount).toBe('0.30');
  expect(timesPrice({ amount: '25', currency: 'XAF' }, 4).amount).toBe('100');
});

test('people have initials, numbers have none', () => {
  expect(initialsOf('Jean-Baptiste Montgolfier')).toBe('JB');
  expect(initialsOf('Émilie')).toBe('É');
  expect(initialsOf('+33 6 12')).toBe('');
  expect(tintOf('somebody', 6)).toBe(tintOf('somebody', 6));
});

test('an emoji is one character', () => expect(charactersOf('a😀')).toBe(2));

test('a slash at the start asks for templates, until it cannot be a name any more', () => {
  expect(slashWords('/')).toBe('');
  expect(slashWords('/wel')).toBe('wel');
  expect(slashWords('1/2')).toBeNull();
  expect(slashWords('//')).toBeNull();
  expect(slashWords('/a\nb')).toBeNull();
});

test('templates are found by name, then by words, with or without accents', () => {
  const templates = [
    { name: 'Été', text: 'soleil' },
    { name: 'Horaires', text: "Ouvert tout l'été" },
    { name: 'Adieu', text: '' },
  ];
  expect(matchTemplates(templates, 'ete').map(({ name }) => name)).toEqual(['Été', 'Horaires']);
  expect(matchTemplates(templates, '')).toHaveLength(3);
});

test('files are shown as what they are; SVG can hold a program and is only opened', () => {
  expect(mediaKind('image/jpeg')).toBe('image');
  expect(mediaKind('image/svg+xml')).toBe('file');
  expect(mediaKind('audio/ogg; codecs=opus')).toBe('audio');
  expect(mediaKind('video/mp4')).toBe('video');
  expect(mediaKind(null)).toBe('file');
});

test('a signed address knows its end', () => {
  const now = Date.parse('2026-06-01T12:00:00Z');
  expect(isExpired(`/inbox/media/1?expires=${now - 1}`, now)).toBe(true);
  expect(isExpired(`/inbox/media/1?expires=${now + 1}`, now)).toBe(false);
  expect(isExpired(`/inbox/media/1?expires=${now / 1000 + 60}`, now)).toBe(false);
  expect(isExpired('/inbox/media/1', now)).toBe(false);
});

test('events tell of people, lists and words', () => {
  expect(eventValue({ id: '1', name: 'Awa' })).toBe('Awa');
  expect(eventValue(['vip', 'late'])).toBe('vip, late');
  expect(eventValue(null)).toBe('');
});

test('numbers with their country are read here, others by the server', () => {
  expect(e164Of('+33 6 12 34 56 78')).toBe('+33612345678');
  expect(e164Of('06 12 34 56 78')).toBeNull();
});
