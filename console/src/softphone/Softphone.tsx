import { useEffect } from 'react';
import { useMe } from '../api/session.ts';
import { openDialler, useDialWish } from './dialStore.ts';
import { startPhone, stopPhone } from './phone.ts';
import { Bar } from './ui/Bar.tsx';
import { Dialler } from './ui/Dialler.tsx';
import { Incoming } from './ui/Incoming.tsx';
import { useCallShortcuts } from './useCallShortcuts.ts';
import '../ui/styles/calls.css';

/** Everything of calls that is on every page: the dialler, the bar of the call under way, and what rings. */
export default function Softphone() {
  const { user } = useMe();
  const wish = useDialWish();
  useEffect(() => {
    startPhone(user.id);
    return stopPhone;
  }, [user.id]);
  useCallShortcuts({ dial: () => openDialler() });
  return (
    <>
      <Incoming />
      <Bar />
      {wish && <Dialler wish={wish} />}
    </>
  );
}
