import type { ReactNode } from 'react';

export type Tone = 'good' | 'wait' | 'bad' | 'info' | 'calm';

/** A state in a word: a dot carries the colour, the word the meaning. */
export function StatusTag({ tone, children, title }: { tone: Tone; children: ReactNode; title?: string }) {
  return (
    <span className={`status status-${tone}`} title={title}>
      <span className="status-dot" aria-hidden="true" />
      {children}
    </span>
  );
}
