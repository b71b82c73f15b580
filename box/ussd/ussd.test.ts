import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job } from '../drivers/port.ts';
import { loadBook } from './book.ts';
import { amountOf, classifyAnswer, evidenceIn, sameNumber } from './classify.ts';
import { chooseLine, renderJob } from './render.ts';

const book = loadBook(null);
const mtn = book.operators.mtn!;
const job: Job = {
  ...{ id: 'tx_1', slot: '1', operator: 'mtn', type: 'deposit', phoneNumber: '+237677123456' },
  ...{ amount: 5000, payItemId: null },
};
const answer = (text: string, of: Job = job) => classifyAnswer(text, mtn.answers, of);

describe('what the network answers', () => {
  it('is a success only when it says so', () => {
    expect(answer('Transfert de 5000 FCFA effectué avec succès. ID: MP260301.1234')).toMatchObject({
      kind: 'completed',
    });
    expect(answer('Your transfer was successful')).toMatchObject({ kind: 'completed' });
  });
  it('is a failure only when it says why', () => {
    expect(answer('Solde insuffisant')).toMatchObject({
      kind: 'failed',
      repeatable: false,
      code: 'no_float',
    });
    expect(answer('Code PIN incorrect.')).toMatchObject({ kind: 'failed', code: 'wrong_pin' });
    expect(answer('Le service est momentanement indisponible')).toMatchObject({
      ...{ kind: 'failed', repeatable: true, code: 'busy' },
    });
  });
  it('is unknown when it says anything else, both, or that it will say later', () => {
    for (const text of ['', 'Merci', 'Error 17', 'Probleme de connexion ou code MMI non valide'])
      expect(answer(text)).toMatchObject({ kind: 'unknown', code: 'not_understood' });
    expect(answer('Transfert effectue. Solde insuffisant')).toMatchObject({ code: 'contradictory' });
    for (const text of [
      ...["Le transfert n'a pas été effectué", 'Transfert non effectué', 'Your transfer was unsuccessful'],
      ...['Transfer failed, not completed', 'Opération effectuée puis annulée'],
    ])
      expect(answer(text).kind, text).toBe('unknown');
    expect(answer('Votre demande est en cours de traitement')).toMatchObject({
      ...{ kind: 'unknown', awaitsText: true },
    });
  });
  it('is never read as a failure or success without a rule for it', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const rulesFit = mtn.answers.some(({ pattern }) => new RegExp(pattern, 'iu').test(text));
        if (!rulesFit) expect(answer(text).kind).toBe('unknown');
      }),
    );
  });
});

describe('amounts and numbers', () => {
  it('are read as they are written', () => {
    expect(['1000', '1 000', '1,000', '1.000', '1,000.00', '12 345', '5000.'].map(amountOf)).toEqual([
      ...[1000, 1000, 1000, 1000, 1000, 12345, 5000],
    ]);
    expect(['', 'x', '10.50', '1,00,0'].map(amountOf)).toEqual([null, null, null, null]);
  });
  it('of another person are not mistaken', () => {
    expect(sameNumber('677123456', '+237677123456')).toBe(true);
    expect(sameNumber('237677123456', '+237677123456')).toBe(true);
    expect(sameNumber('677***456', '+237677123456')).toBe(true);
    expect(sameNumber('677123457', '+237677123456')).toBe(false);
    expect(sameNumber('*********', '+237677123456')).toBe(false);
    expect(sameNumber('3456', '+237677123456')).toBe(false);
  });
});

describe('a text of the operator', () => {
  const body = 'Transfert de 5 000 FCFA a 237677123456 effectue. ID: MP26.0301. Nouveau solde: 12 000 FCFA.';
  const read = (sender: string, text: string) => evidenceIn({ sender, body: text }, mtn.texts, job);
  it('proves what it names', () => {
    expect(read('MobileMoney', body)).toMatchObject({
      ...{ kind: 'completed', transactionRef: 'MP26.0301', balance: 12000 },
    });
  });
  it('proves nothing from another sender, of another number or amount, or without them', () => {
    expect(read('+237699999999', body)).toBeNull();
    expect(read('MobileMoney', body.replace('677123456', '677123457'))).toBeNull();
    expect(read('MobileMoney', body.replace('5 000', '500'))).toBeNull();
    expect(read('MobileMoney', 'Transfert effectue avec succes')).toBeNull();
    expect(read('MobileMoney', `${body} Transaction annulee.`)).toBeNull();
  });
});

describe('a template', () => {
  it('is filled in, and shown without its PIN', () => {
    const rendered = renderJob(book, 'mtn', job, '73914');
    if (rendered.kind !== 'ok') throw new Error(rendered.message);
    expect(rendered.steps).toMatchObject([
      { send: '*126*1*1*677123456*5000*73914#', shown: '*126*1*1*677123456*5000*****#', commits: true },
    ]);
  });
  it('of a menu commits at its marked step, and from there on', () => {
    const rendered = renderJob(book, 'mtn', { ...job, type: 'withdraw' }, '73914');
    if (rendered.kind !== 'ok') throw new Error(rendered.message);
    expect(rendered.steps.map(({ commits }) => commits)).toEqual([false, false, false, false, true]);
  });
  it('is refused when anything is missing or hostile', () => {
    const refusal = (change: Partial<Job>, pin: string | null = '1') => {
      const rendered = renderJob(book, 'mtn', { ...job, ...change }, pin);
      return rendered.kind === 'refused' ? rendered.code : 'ok';
    };
    expect(refusal({ phoneNumber: '+237677*1#' })).toBe('wrong_number');
    expect(refusal({ amount: null })).toBe('no_amount');
    expect(refusal({ amount: 10.5 })).toBe('no_amount');
    expect(refusal({}, null)).toBe('no_pin');
    expect(refusal({ type: 'voucher', payItemId: '*99#' })).toBe('no_item');
    expect(refusal({ type: 'voucher', payItemId: '__proto__' })).toBe('no_item');
    for (const operator of ['nobody', 'constructor', '__proto__', null])
      expect(renderJob(book, operator, job, '1').kind).toBe('refused');
  });
  it('chooses the one line of a menu that fits', () => {
    const menu = 'MoMo\n1. Transfert\n2. Retrait d’argent\n3) Dépôt';
    expect(chooseLine(menu, 'retrait')).toBe('2');
    expect(chooseLine(menu, 'depot')).toBe('3');
    expect(chooseLine(menu, 'facture')).toBeNull();
    expect(chooseLine(menu, 't')).toBeNull();
  });
});
