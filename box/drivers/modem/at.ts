import type { Duplex } from 'node:stream';

// AT commands as 3GPP TS 27.007 and ITU-T V.250 have them, over anything that carries bytes. Real modems echo, answer late, mix
// what they tell unasked (+CMTI, +CUSD, RING) into answers, and now and then send rubbish: all of it is met here.

/** How a command ended. silent: no answer in time. gone: the line broke. */
export type AtResult =
  | { kind: 'ok'; lines: string[] }
  | { kind: 'error'; code: number | null; text: string }
  | { kind: 'silent' }
  | { kind: 'gone' };

/** What the network said about a USSD session (TS 27.007, 7.15): 0 done, 1 wants an answer, 2 ended by the network, 3 answered elsewhere, 4 not supported, 5 timed out. */
export interface UssdNews {
  status: number;
  raw: string | null;
  dcs: number | null;
}

/** A connection on which one command runs at a time. */
export interface AtChannel {
  /**
   * @param options.written called when the command is about to leave, and cannot be called back.
   * @param options.secret shown in the log instead of the command: it holds a PIN.
   */
  send(command: string, options?: { timeoutMs?: number; written?: () => void }): Promise<AtResult>;
  /** The next news about a USSD session; null when none came in time, or the line broke. */
  nextUssd(timeoutMs: number): Promise<UssdNews | null>;
  /** Forgets news of sessions that are over. */
  clearUssd(): void;
  close(): void;
}

export interface AtEvents {
  /** A text lies in a memory: it is to be read. */
  onTextWaiting(): void;
  onGone(): void;
}

interface Waiting {
  command: string;
  lines: string[];
  finish(result: AtResult): void;
}

const FINAL = /^(OK|ERROR|NO CARRIER|COMMAND NOT SUPPORT|\+CM[ES] ERROR:.*)$/;
/** What comes unasked, unless it is what the command asked for. */
const UNASKED =
  /^(RING|\+CRING|\+CMTI:|\+CDSI?:|\+CREG:|\+CGREG:|\+CEREG:|\+CUSD:|\+CTZ|\+CIEV:|\^|\+CFUN:|Call Ready|SMS Ready|\+CPIN:|RDY|NORMAL POWER|UNDER-VOLTAGE)/;
/** No answer is as long: whoever sends more without a line's end is not a modem. */
const LINE_BYTES_MAX = 16_384;

/** Speaks AT over an open line. */
export function createAtChannel(line: Duplex, events: AtEvents): AtChannel {
  let buffer = '';
  let waiting: Waiting | null = null;
  let gone = false;
  let openUssd: string | null = null;
  let turn: Promise<unknown> = Promise.resolve();
  const ussd = createMailbox<UssdNews>();

  function onLine(text: string): void {
    if (openUssd !== null) continueUssd(text);
    else if (text === '' || text === waiting?.command) return;
    else if (text.startsWith('+CUSD:') && !isAnswer(text)) startUssd(text);
    else if (UNASKED.test(text) && !isAnswer(text)) {
      if (text.startsWith('+CMTI:')) events.onTextWaiting();
    } else if (waiting && FINAL.test(text)) waiting.finish(resultOf(text, waiting.lines));
    else waiting?.lines.push(text);
  }

  /** Whether the line belongs to what was asked: AT+CREG? is answered by +CREG:, and AT+CUSD? by +CUSD:. */
  function isAnswer(text: string): boolean {
    const asked = /^AT([+^][A-Z]+)(\?|=\?)?/.exec(waiting?.command ?? '');
    if (!asked || !text.startsWith(`${asked[1]}:`)) return false;
    return asked[1] !== '+CUSD' || asked[2] !== undefined;
  }

  function startUssd(text: string): void {
    openUssd = text;
    if (isWholeUssd(text)) finishUssd();
  }

  /** A text of several lines goes on until its quotation mark closes. */
  function continueUssd(text: string): void {
    openUssd = `${openUssd}\n${text}`;
    if (isWholeUssd(openUssd) || openUssd.length > 4000) finishUssd();
  }

  function finishUssd(): void {
    const news = readUssd(openUssd ?? '');
    openUssd = null;
    if (news) ussd.put(news);
  }

  function onData(chunk: Buffer): void {
    buffer += chunk.toString('latin1');
    for (let end = buffer.search(/[\r\n]/); end >= 0; end = buffer.search(/[\r\n]/)) {
      const text = buffer.slice(0, end).trim();
      // CR LF is one end of a line, not two.
      buffer = buffer.slice(buffer.startsWith('\r\n', end) ? end + 2 : end + 1);
      onLine(text);
    }
    if (buffer.length > LINE_BYTES_MAX) buffer = '';
  }

  function onGone(): void {
    if (gone) return;
    gone = true;
    waiting?.finish({ kind: 'gone' });
    ussd.end();
    events.onGone();
  }
  line.on('data', onData);
  for (const event of ['close', 'end', 'error']) line.on(event, onGone);

  function exchange(command: string, timeoutMs: number, written?: () => void): Promise<AtResult> {
    if (gone) return Promise.resolve({ kind: 'gone' });
    return new Promise((resolve) => {
      const timer = setTimeout(() => waiting?.finish({ kind: 'silent' }), timeoutMs);
      waiting = {
        command,
        lines: [],
        finish: (result) => {
          clearTimeout(timer);
          waiting = null;
          resolve(result);
        },
      };
      written?.();
      line.write(`${command}\r`);
    });
  }

  return {
    send(command, { timeoutMs = 5000, written } = {}) {
      const run = turn.then(() => exchange(command, timeoutMs, written));
      turn = run;
      return run;
    },
    nextUssd: ussd.take,
    clearUssd: ussd.clear,
    close() {
      line.destroy();
      onGone();
    },
  };
}

function resultOf(text: string, lines: string[]): AtResult {
  if (text === 'OK') return { kind: 'ok', lines };
  const code = /^\+CM[ES] ERROR:\s*(\d+)$/.exec(text)?.[1];
  return { kind: 'error', code: code === undefined ? null : Number(code), text };
}

/** Everything after the opening quotation mark up to one that is followed by a coding scheme or nothing. */
function isWholeUssd(text: string): boolean {
  return !text.includes('"') || /^\+CUSD:\s*\d+\s*,\s*"[\s\S]*"\s*(,\s*\d*)?\s*$/.test(text);
}

function readUssd(text: string): UssdNews | null {
  const match = /^\+CUSD:\s*(\d+)(?:\s*,\s*"([\s\S]*)"\s*(?:,\s*(\d+)?)?)?/.exec(text);
  if (!match) return null;
  return {
    status: Number(match[1]),
    raw: match[2] ?? null,
    dcs: match[3] === undefined ? null : Number(match[3]),
  };
}

/** Things that come when they come, taken one at a time by whoever waits. */
function createMailbox<T>() {
  const kept: T[] = [];
  let taker: ((thing: T | null) => void) | null = null;
  let ended = false;
  return {
    put(thing: T) {
      if (taker) taker(thing);
      else kept.push(thing);
    },
    take(timeoutMs: number): Promise<T | null> {
      const first = kept.shift();
      if (first !== undefined || ended) return Promise.resolve(first ?? null);
      return new Promise((resolve) => {
        const give = (thing: T | null) => {
          clearTimeout(timer);
          taker = null;
          resolve(thing);
        };
        const timer = setTimeout(() => give(null), Math.max(0, timeoutMs));
        taker = give;
      });
    },
    clear: () => void kept.splice(0),
    end() {
      ended = true;
      taker?.(null);
    },
  };
}
