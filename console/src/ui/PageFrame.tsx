import { ArrowLeftOutlined } from '@ant-design/icons';
import { type ReactNode, useEffect } from 'react';
import { Link } from 'react-router';

interface Props {
  title: string;
  /** What the browser's tab says, when the title is not enough. */
  intro?: ReactNode;
  /** Beside the title, e.g. a state. */
  aside?: ReactNode;
  actions?: ReactNode;
  back?: { to: string; label: string };
  children: ReactNode;
}

/** The frame of every page: where one is, what it is for, what can be done. */
export function PageFrame({ title, intro, aside, actions, back, children }: Props) {
  useTitle(title);
  return (
    <div className="page">
      {back && (
        <Link className="page-back" to={back.to}>
          <ArrowLeftOutlined aria-hidden /> {back.label}
        </Link>
      )}
      <header className="page-head">
        <div className="page-head-text">
          <div className="page-title">
            <h1>{title}</h1>
            {aside}
          </div>
          {intro && <p className="page-intro">{intro}</p>}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** Names the browser's tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · Relais` : 'Relais';
  }, [title]);
}
