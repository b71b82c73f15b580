import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createAtChannel } from './at.ts';
import { isInStep } from './facts.ts';

/** A line on which a test plays the modem. */
function openLine() {
  const sent: string[] = [];
  const line = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      sent.push(chunk.toString().trim());
      onSent(sent.at(-1)!);
      done();
    },
  });
  let onSent: (command: string) => void = () => undefined;
  const news = { texts: 0, gone: 0 };
  const at = createAtChannel(line, {
    onTextWaiting: () => {
      news.texts += 1;
    },
    onGone: () => {
      news.gone += 1;
    },
  });
  const say = (text: string) => void line.push(Buffer.from(text, 'latin1'));
  const answer = (how: (command: string) => void) => {
    onSent = how;
  };
  return { at, say, sent, news, answer };
}

describe('AT', () => {
  it('keeps what comes unasked apart from answers, in the middle of them too', async () => {
    const { at, say, news, answer } = openLine();
    answer(() =>
      say(
        '\r\n+CSQ: 20,99\r\n\r\n+CMTI: "SM",3\r\nRING\r\n+CUSD: 0,"Bonjour\r\nSolde: 5",15\r\n^RSSI:1\r\nOK\r\n',
      ),
    );
    expect(await at.send('AT+CSQ')).toEqual({ kind: 'ok', lines: ['+CSQ: 20,99'] });
    expect(news.texts).toBe(1);
    expect(await at.nextUssd(10)).toEqual({ status: 0, raw: 'Bonjour\nSolde: 5', dcs: 15 });
  });

  it('knows errors of the modem by their number, and those of texts not for them', async () => {
    const { at, say, answer } = openLine();
    answer(() => say('+CME ERROR: 30\r\n'));
    expect(await at.send('AT+CUSD=1,"*1#",15')).toMatchObject({ kind: 'error', code: 30 });
    answer(() => say('+CMS ERROR: 30\r\n'));
    expect(await at.send('AT+CMGL=4')).toMatchObject({ kind: 'error', code: null });
  });

  it('closes a line on which nothing came: a late answer is nobody’s', async () => {
    const { at, say, sent, news } = openLine();
    expect(await at.send('AT+COPS?', { timeoutMs: 10 })).toEqual({ kind: 'silent' });
    expect(news.gone).toBe(1);
    say('+CME ERROR: 30\r\n');
    const written: string[] = [];
    const dialled = await at.send('AT+CUSD=1,"*1#",15', { written: () => void written.push('x') });
    expect(dialled).toEqual({ kind: 'gone' });
    expect([written, sent]).toEqual([[], ['AT+COPS?']]);
  });

  it('notices a modem that answers the command before', async () => {
    const { at, say, answer } = openLine();
    answer(() => say('OK\r\n'));
    expect(await isInStep(at)).toBe(false);
    answer(() => say('\r\n+CSQ: 20,99\r\n\r\nOK\r\n'));
    expect(await isInStep(at)).toBe(true);
  });

  it('survives rubbish without end', async () => {
    const { at, say, answer } = openLine();
    say('x'.repeat(100_000));
    answer(() => say('\r\nOK\r\n'));
    expect(await at.send('AT')).toMatchObject({ kind: 'ok' });
  });
});
