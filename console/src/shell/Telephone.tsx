import { Component, lazy, type ReactNode, Suspense } from 'react';
import { useMay } from '../api/session.ts';

const Softphone = lazy(() => import('../softphone/Softphone.tsx'));

/** The telephone of the console, fetched after the page itself: it rings on every page, and no page waits for it. */
export function Telephone() {
  const may = useMay();
  if (!may('calls:make') || !may('calls:read')) return null;
  return (
    <Alone>
      <Suspense fallback={null}>
        <Softphone />
      </Suspense>
    </Alone>
  );
}

/** A telephone that cannot be fetched takes no page with it. */
class Alone extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    return this.state.isBroken ? null : this.props.children;
  }
}
