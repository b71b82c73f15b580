import { TEXT_CONTENDERS, type TextResults, type TextsMeasured } from './texts.ts';
import { CONTENDERS, type Measured, type WebhookResults } from './webhooks.ts';

/** Cells of a table, the first row being its head. */
export type Table = string[][];

export function printTable([head = [], ...rows]: Table): void {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)),
  );
  const line = (row: string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ');
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  console.log(['', line(head), rule, ...rows.map(line), ''].join('\n'));
}

export function median(values: number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Whether a goal of the design is met, in a word. */
export function verdict(met: boolean): string {
  return met ? 'met' : 'missed';
}

const HAND_WRITTEN_GOAL = 2.5;
const NOTHING_GOAL = 0.6;

/** Ratios are taken within each round, between neighbours in time; the table shows their medians. */
export function webhookTable(results: WebhookResults): Table {
  const table: Table = [
    [
      '',
      'per second',
      'p50 ms',
      'p99 ms',
      'CPU µs, thread',
      'CPU µs, process',
      `× hand-written (≥ ${HAND_WRITTEN_GOAL})`,
      `× nothing (≥ ${NOTHING_GOAL})`,
    ],
  ];
  for (const [provider, byContender] of Object.entries(results)) {
    const rates = (rounds: Measured[]) => rounds.map((round) => (round.answered * 1000) / round.elapsedMs);
    const ratio = (left: Measured[], right: Measured[]) =>
      median(rates(left).map((rate, round) => rate / rates(right)[round]!));
    for (const contender of CONTENDERS) {
      const rounds = byContender[contender];
      const overHandWritten = ratio(rounds, byContender['hand-written']);
      const overNothing = ratio(rounds, byContender.nothing);
      const judged = contender === 'relais';
      table.push([
        `${provider}: ${contender}`,
        median(rates(rounds)).toFixed(0),
        median(rounds.map((round) => round.p50Ms)).toFixed(1),
        median(rounds.map((round) => round.p99Ms)).toFixed(1),
        micros(rounds.map((round) => round.mainMicros)),
        micros(rounds.map((round) => round.allMicros)),
        `${overHandWritten.toFixed(2)}${judged ? ` ${verdict(overHandWritten >= HAND_WRITTEN_GOAL)}` : ''}`,
        `${overNothing.toFixed(2)}${judged ? ` ${verdict(overNothing >= NOTHING_GOAL)}` : ''}`,
      ]);
    }
  }
  return table;
}

const TEXTS_GOAL = 1;

/** Ratios are taken within each round, as for webhooks. What acts on texts is to be no slower than what one writes by hand. */
export function textTable(results: TextResults): Table {
  const table: Table = [
    [
      ...['', 'per second', 'p50 ms', 'p99 ms', 'CPU µs, process', 'CPU µs, PostgreSQL'],
      ...[`× hand-written (≥ ${TEXTS_GOAL})`, 'CPU of hand-written ×'],
    ],
  ];
  const spent = ({ micros }: TextsMeasured) => micros.reduce((total, each) => total + each, 0);
  for (const [kind, byContender] of Object.entries(results)) {
    const theirs = byContender['hand-written'];
    for (const contender of TEXT_CONTENDERS) {
      const rounds = byContender[contender];
      const of = (pick: (round: TextsMeasured) => number, digits = 0) =>
        median(rounds.map(pick)).toFixed(digits);
      const ratio = median(rounds.map((each, round) => each.perSecond / theirs[round]!.perSecond));
      const saved = median(rounds.map((each, round) => spent(theirs[round]!) / spent(each)));
      table.push([
        ...[`${kind}: ${contender}`, of((each) => each.perSecond), of((each) => each.p50Ms, 1)],
        ...[of((each) => each.p99Ms, 1), of((each) => each.micros[0]!), of((each) => each.micros[1]!)],
        contender === 'relais' ? `${ratio.toFixed(2)} ${verdict(ratio >= TEXTS_GOAL)}` : '1.00',
        saved.toFixed(2),
      ]);
    }
  }
  return table;
}

function micros(values: (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? median(known).toFixed(0) : '';
}
