import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { isoTime, pause } from '../clock.ts';
import { packUssd, ucs2OfText, unpackUssd } from '../drivers/modem/gsm7.ts';
import { encodeDeliver } from './encode.ts';
import type { Operator } from './operator.ts';

/** How a modem departs from the book. */
export interface Quirks {
  maker: string;
  /** How it writes what the network says. */
  ussd: 'text' | 'packed' | 'ucs2';
  /** The news of a session comes before the OK of its command. */
  newsFirst: boolean;
  /** Lines that nobody asked for, and rubbish, among everything. */
  noisy: boolean;
  /** Before each answer, in milliseconds. */
  slowMs: number;
  /** Answers come in pieces of so many bytes. */
  pieces: number;
  pinState: 'READY' | 'SIM PIN' | 'SIM PUK';
  registered: boolean;
}

/** What goes wrong with the next code that is dialled, once. */
export type Mishap = 'error' | 'no_network' | 'never_answers' | 'vanishes' | 'times_out' | 'late';

/** A modem that speaks AT as real ones do, with an operator behind it. It outlives the lines on which it is spoken to. */
export interface Emulator {
  quirks: Quirks;
  mishaps: Mishap[];
  /** Speaks on an open line until that breaks. */
  attach(line: Duplex): void;
  /** Breaks the line, as a cable that is pulled. */
  unplug(): void;
  /** A text comes in. */
  deliver(sender: string, text: string): void;
  /** How many parts of texts lie on the SIM. */
  stored(): number;
}

/** Puts a modem together. */
export function createEmulator(operator: Operator, given: Partial<Quirks> = {}): Emulator {
  const quirks: Quirks = {
    ...{ maker: 'Quectel', ussd: 'text', newsFirst: false, noisy: false, slowMs: 0, pieces: 0 },
    ...{ pinState: 'READY', registered: true },
    ...given,
  };
  const memory = new Map<number, string>();
  const mishaps: Mishap[] = [];
  let line: Duplex | null = null;
  let echo = true;
  let reference = 0;

  async function write(text: string): Promise<void> {
    if (quirks.slowMs > 0) await pause(quirks.slowMs);
    const bytes = Buffer.from(text, 'latin1');
    const size = quirks.pieces || bytes.length;
    for (let at = 0; at < bytes.length; at += size) {
      line?.write(bytes.subarray(at, at + size));
      if (quirks.pieces) await pause(1);
    }
  }
  const answer = (...lines: string[]) => write(lines.map((each) => `\r\n${each}\r\n`).join(''));

  function deliver(sender: string, text: string): void {
    reference = (reference + 1) % 256;
    for (const pdu of encodeDeliver(sender, text, isoTime(1_700_000_000_000 + reference * 1000), reference)) {
      let index = 1;
      while (memory.has(index)) index += 1;
      memory.set(index, pdu);
      void write(`\r\n+CMTI: "SM",${index}\r\n`);
    }
  }

  function encodeSaying(text: string): string {
    if (quirks.ussd === 'packed') return `"${packUssd(text).toString('hex').toUpperCase()}",15`;
    if (quirks.ussd === 'ucs2') return `"${ucs2OfText(text).toString('hex').toUpperCase()}",72`;
    return `"${text}",15`;
  }

  async function dial(sent: string): Promise<void> {
    const code =
      quirks.ussd === 'packed' && /^[0-9A-F]{4,}$/.test(sent) ? unpackUssd(Buffer.from(sent, 'hex')) : sent;
    const mishap = mishaps.shift();
    if (mishap === 'error') return answer('ERROR');
    if (mishap === 'no_network' || !quirks.registered) return answer('+CME ERROR: 30');
    if (mishap === 'times_out') return answer('OK', '+CUSD: 5');
    const said = operator.say(code);
    if (mishap === 'vanishes') return unplug();
    if (mishap === 'never_answers') return answer('OK');
    const news = `+CUSD: ${said.more ? 1 : 0},${encodeSaying(said.text)}`;
    if (mishap === 'late') {
      await answer('OK');
      await pause(400);
      return answer(news);
    }
    await (quirks.newsFirst ? answer(news, 'OK') : answer('OK', news));
    for (const { sender, text } of operator.outbox.splice(0)) deliver(sender, text);
  }

  function unplug(): void {
    line?.destroy();
    line = null;
  }

  const FACTS: Record<string, () => string[]> = {
    'AT+CGMI': () => [quirks.maker],
    'AT+CGSN': () => ['861234567890123'],
    'AT+CCID': () => ['+CCID: "8923701234567890123"'],
    'AT+CPIN?': () => [`+CPIN: ${quirks.pinState}`],
    'AT+CSQ': () => ['+CSQ: 20,99'],
    'AT+COPS?': () => [quirks.registered ? '+COPS: 0,0,"MTN CM",7' : '+COPS: 0'],
    'AT+CMGL=4': () =>
      [...memory].flatMap(([index, pdu]) => [`+CMGL: ${index},1,,${pdu.length / 2 - 1}`, pdu]),
  };

  async function obey(command: string): Promise<void> {
    if (echo) await write(`${command}\r`);
    if (quirks.noisy) await write('\r\n^RSSI:18\r\n\r\n\u0000\u0007\r\n+CREG: 1\r\n');
    if (command === 'ATE0') echo = false;
    const code = /^AT\+CUSD=1,"([^"]*)",15$/.exec(command);
    if (code) return dial(code[1]!);
    const forgotten = /^AT\+CMGD=(\d+)$/.exec(command);
    if (forgotten) memory.delete(Number(forgotten[1]));
    const unlock = /^AT\+CPIN="(\d+)"$/.exec(command);
    if (unlock) quirks.pinState = 'READY';
    if (command === 'AT+CSCS="GSM"') return answer('+CME ERROR: 4');
    return answer(...(FACTS[command]?.() ?? []), 'OK');
  }

  function attach(opened: Duplex): void {
    line = opened;
    echo = true;
    let buffer = '';
    let turn: Promise<unknown> = Promise.resolve();
    opened.on('data', (chunk: Buffer) => {
      buffer += chunk.toString('latin1');
      for (let end = buffer.indexOf('\r'); end >= 0; end = buffer.indexOf('\r')) {
        const command = buffer.slice(0, end).trim();
        buffer = buffer.slice(end + 1);
        if (command !== '') turn = turn.then(() => obey(command));
      }
    });
    opened.on('error', () => undefined);
  }
  return { quirks, mishaps, attach, unplug, deliver, stored: () => memory.size };
}

/** Has a modem answer on a TCP port, as a serial port that is reached over the network. */
export async function serveEmulator(emulator: Emulator): Promise<{ port: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    for (const former of sockets) former.destroy();
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => sockets.delete(socket));
    emulator.attach(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    port: `tcp://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
