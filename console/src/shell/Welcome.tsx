import type { ReactNode } from 'react';
import { Logo } from '../ui/Logo.tsx';
import { useTitle } from '../ui/PageFrame.tsx';
import { LanguageSwitch } from './UserMenu.tsx';

/** The frame of the pages outside the shell: one card, and the switchboard beside it. */
export function Welcome({ title, text, children }: { title: string; text?: ReactNode; children: ReactNode }) {
  useTitle(title);
  return (
    <div className="welcome">
      <Switchboard />
      <main className="welcome-main">
        <div className="welcome-top">
          <Logo size={32} />
          <LanguageSwitch />
        </div>
        <section className="welcome-card">
          <h1>{title}</h1>
          {text && <p className="page-intro">{text}</p>}
          {children}
        </section>
      </main>
    </div>
  );
}

const COLUMNS = 7;
const ROWS = 9;
const STEP = 64;
const CORDS: [from: [number, number], to: [number, number]][] = [
  [
    [1, 1],
    [4, 3],
  ],
  [
    [5, 1],
    [2, 5],
  ],
  [
    [1, 4],
    [3, 7],
  ],
  [
    [5, 4],
    [4, 7],
  ],
];

const at = (cell: number) => cell * STEP + STEP / 2;
const has = (column: number, row: number) =>
  CORDS.some((cord) => cord.some(([x, y]) => x === column && y === row));

/** Decoration: jacks in rows, some joined by hanging cords. */
function Switchboard() {
  const cells = Array.from(
    { length: COLUMNS * ROWS },
    (_, index) => [index % COLUMNS, Math.floor(index / COLUMNS)] as const,
  );
  return (
    <div className="switchboard">
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${COLUMNS * STEP} ${ROWS * STEP}`}
        preserveAspectRatio="xMidYMid slice"
        focusable="false"
      >
        {cells.map(([column, row]) => (
          <circle
            key={`${column}.${row}`}
            cx={at(column)}
            cy={at(row)}
            r={has(column, row) ? 9 : 6}
            className={has(column, row) ? 'jack jack-used' : 'jack'}
          />
        ))}
        {CORDS.map(([from, to]) => {
          const sag = Math.max(at(from[1]), at(to[1])) + STEP;
          return (
            <path
              key={from.join()}
              className="cord"
              d={`M${at(from[0])} ${at(from[1])}C${at(from[0])} ${sag} ${at(to[0])} ${sag} ${at(to[0])} ${at(to[1])}`}
            />
          );
        })}
      </svg>
    </div>
  );
}
