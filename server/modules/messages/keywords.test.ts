import { describe, expect, it } from 'vitest';
import { consentAfter, KEYWORDS, keywordOf } from './model.ts';

describe('keywords', () => {
  const said: [string, string, string, 'en' | 'fr'][] = [
    ['STOP', 'stop', 'STOP', 'en'],
    ['stop', 'stop', 'STOP', 'en'],
    ['Stop', 'stop', 'STOP', 'en'],
    ['stop.', 'stop', 'STOP', 'en'],
    ['  STOP!!! ', 'stop', 'STOP', 'en'],
    ['« Stop »', 'stop', 'STOP', 'en'],
    ['STOP 🙏', 'stop', 'STOP', 'en'],
    ['stop   all', 'stop', 'STOP ALL', 'en'],
    ['Stop-SMS', 'stop', 'STOP SMS', 'fr'],
    ['stop\npub', 'stop', 'STOP PUB', 'fr'],
    ['unsubscribe', 'stop', 'UNSUBSCRIBE', 'en'],
    ['Opt-out', 'stop', 'OPT OUT', 'en'],
    ['Arrêt', 'stop', 'ARRET', 'fr'],
    ['Arre\u0302t', 'stop', 'ARRET', 'fr'],
    ['ARRÊTEZ', 'stop', 'ARRETEZ', 'fr'],
    ['  desabonner !', 'stop', 'DESABONNER', 'fr'],
    ['Me désabonner', 'stop', 'ME DESABONNER', 'fr'],
    ['désinscription', 'stop', 'DESINSCRIPTION', 'fr'],
    ['Start', 'start', 'START', 'en'],
    ['unstop', 'start', 'UNSTOP', 'en'],
    ['Réabonner', 'start', 'REABONNER', 'fr'],
    ['reprendre.', 'start', 'REPRENDRE', 'fr'],
    ['help', 'help', 'HELP', 'en'],
    ['Info', 'help', 'INFO', 'en'],
    ['Aide ?', 'help', 'AIDE', 'fr'],
    ['infos', 'help', 'INFOS', 'fr'],
  ];
  it.each(said)('%j means %s', (text, keyword, word, language) => {
    expect(keywordOf(text)).toMatchObject({ keyword, word, language });
  });

  const talk = [
    ...['', ' ', '!', '🙏', 'STOP 12345', 'stop sending me the old price', 'Please stop', "don't stop"],
    ...['Arrête de te moquer', 'Je ne veux pas arrêter', 'fin', 'annuler', 'Non', 'yes', 'oui', 'stops'],
    ...['helpful', 'aidez-moi', 'information', 'ST0P', 'S T O P', 'STOPSTOP', `STOP${' '.repeat(60)}x`],
  ];
  it.each(talk)('%j is talk', (text) => {
    expect(keywordOf(text)).toBeNull();
  });

  it('are recognised as they are shown, and in one list only', () => {
    const words = Object.values(KEYWORDS).flatMap((entries) => entries.map(({ word }) => word));
    expect(new Set(words).size).toBe(words.length);
    for (const [keyword, entries] of Object.entries(KEYWORDS))
      for (const { word, language } of entries)
        expect(keywordOf(word), word).toMatchObject({ keyword, word, language });
  });

  it('tell who answers them: a provider knows its own words alone, and only when nothing else is said', () => {
    const answered = (text: string) => keywordOf(text)?.answeredBy;
    for (const text of ['STOP', ' stop ', 'Unsubscribe', 'cancel', 'START', 'help', 'INFO'])
      expect(answered(text), text).toEqual(['telnyx', 'twilio']);
    for (const text of ['REVOKE', 'optout']) expect(answered(text), text).toEqual(['twilio']);
    for (const text of ['stop.', 'Stop !', 'ARRET', 'Arrêt', 'opt-out', 'aide', 'REPRENDRE', 'help?'])
      expect(answered(text), text).toEqual([]);
  });

  it('move the ledger', () => {
    expect(consentAfter('stop', 'in')).toBe('out');
    expect(consentAfter('stop', 'out')).toBe('out');
    expect(consentAfter('start', 'out')).toBe('in');
    expect(consentAfter('start', 'in')).toBe('in');
    expect(consentAfter('help', 'out')).toBe('out');
    expect(consentAfter('help', 'in')).toBe('in');
  });
});
