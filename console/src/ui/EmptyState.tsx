import type { ReactNode } from 'react';

interface Props {
  title: string;
  text?: ReactNode;
  action?: ReactNode;
  /** h1 where it is the whole page. */
  heading?: 'h1' | 'h2';
}

/** A list with nothing in it teaches what it is for and what to do first. */
export function EmptyState({ title, text, action, heading: Heading = 'h2' }: Props) {
  return (
    <div className="empty">
      <svg width="72" height="44" viewBox="0 0 72 44" aria-hidden="true" focusable="false">
        <circle cx="12" cy="12" r="7" className="empty-jack" />
        <circle cx="60" cy="32" r="7" className="empty-jack" />
        <circle cx="47" cy="17" r="4" className="empty-plug" />
        <path d="M12 12c0 34 24 36 35 5" className="empty-cord" />
      </svg>
      <Heading>{title}</Heading>
      {text && <p>{text}</p>}
      {action && <div className="empty-action">{action}</div>}
    </div>
  );
}
