import { type Clock, isoTime } from './clock.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';
const RANK: Record<Level, number> = { debug: 0, info: 1, warn: 2, error: 3 };

export interface LogLine {
  at: string;
  level: Level;
  text: string;
}

/** Tells the person beside the box and, later, the one who looks after it from afar. */
export interface Log {
  write(level: Level, text: string): void;
  /** Lines that the server has not heard, oldest first; they are kept until `told`. */
  waiting(level: Level): LogLine[];
  told(count: number): void;
  /** A text in which no PIN of this box is left. */
  clean(text: string): string;
}

const KEPT_LINES = 500;
const LINE_LENGTH_MAX = 1000;

/** @param pins what may never be written. @param out where lines for the person beside the box go. */
export function createLog(clock: Clock, level: Level, pins: string[], out: (line: string) => void): Log {
  const lines: LogLine[] = [];
  const clean = cleaner(pins);
  return {
    clean,
    write(lineLevel, text) {
      const line = {
        at: isoTime(clock.wallMs()),
        level: lineLevel,
        text: clean(text).slice(0, LINE_LENGTH_MAX),
      };
      if (RANK[lineLevel] >= RANK[level]) out(`${line.at} ${lineLevel} ${line.text}`);
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
    },
    waiting(wanted) {
      while (lines[0] && RANK[lines[0].level] < RANK[wanted]) lines.shift();
      return lines.filter((line) => RANK[line.level] >= RANK[wanted]).slice(0, 100);
    },
    told(count) {
      lines.splice(0, count);
    },
  };
}

/** A PIN that stands by itself is covered; the same digits as an amount of money or in a reference are not a PIN. */
function cleaner(pins: string[]): (text: string) => string {
  if (pins.length === 0) return (text) => text;
  const either = [...new Set(pins)].sort((a, b) => b.length - a.length).join('|');
  const alone = new RegExp(`(?<![\\w.])(?:${either})(?![\\w.]|\\s*(?:F|XAF|FCFA)\\b)`, 'g');
  return (text) => text.replace(alone, '****');
}
