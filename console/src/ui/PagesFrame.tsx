import { NavLink, Outlet, useLocation } from 'react-router';
import { useCurrentInView } from './useCurrentInView.ts';

export interface FramedPage {
  path: string;
  name: string;
  /** Shown beside the name unless it is 0, with words for those who do not see it. */
  waiting?: { count: number; label: string };
}

/** Pages that belong together, under one row of links. */
export function PagesFrame({ label, pages }: { label: string; pages: FramedPage[] }) {
  const nav = useCurrentInView(useLocation().pathname);
  return (
    <div className="settings">
      <nav ref={nav} className="subnav" aria-label={label}>
        <ul className="subnav-pages">
          {pages.map(({ path, name, waiting }) => (
            <li key={path}>
              <NavLink className="subnav-link" to={path} end>
                {name} {waiting && <Waiting {...waiting} />}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <Outlet />
    </div>
  );
}

function Waiting({ count, label }: NonNullable<FramedPage['waiting']>) {
  if (count === 0) return null;
  return (
    <span className="subnav-count">
      <span aria-hidden="true">{count}</span>
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
