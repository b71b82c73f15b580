import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { calls } from '../api/calls.ts';
import { float } from '../api/float.ts';
import { keys } from '../api/keys.ts';
import { useMay } from '../api/session.ts';
import { useToSettle } from '../api/toSettle.ts';
import { paths } from '../paths.ts';
import { francsText, phoneText } from '../ui/format.ts';
import { isWanted, NOTICE_KINDS, type NoticeKind, newerThan } from './kinds.ts';
import { noticePermission, showNotice } from './system.ts';

const NEWEST = { missed: 'true', limit: 5 };

/** Follows what the system tells of. Texts are told by the inbox's own news. */
export function Notices() {
  const watches = useWatches();
  return (
    <>
      {watches('missedCalls') && <MissedCalls />}
      {watches('unknown') && <Unknown />}
      {watches('lowFloat') && <LowFloat />}
    </>
  );
}

/** Nothing is asked of the server for notices that nobody would see. */
function useWatches(): (kind: NoticeKind) => boolean {
  const may = useMay();
  return (kind) => noticePermission() === 'granted' && isWanted(kind) && may(NOTICE_KINDS[kind]);
}

/** What of some rows is newer than all that was there before; what is there at first is no news. */
function useNews<Row>(
  rows: readonly Row[] | undefined,
  at: (row: Row) => string | null,
  tell: (row: Row) => void,
): void {
  const since = useRef(new Date().toISOString());
  const latest = useRef({ at, tell });
  useEffect(() => {
    latest.current = { at, tell };
  });
  useEffect(() => {
    for (const row of newerThan(rows ?? [], latest.current.at, since.current)) {
      since.current = latest.current.at(row) ?? since.current;
      latest.current.tell(row);
    }
  }, [rows]);
}

function MissedCalls() {
  const { t } = useTranslation();
  const { data } = useQuery({ queryKey: keys.calls(NEWEST), queryFn: () => calls.list(NEWEST) });
  useNews(
    data?.calls,
    ({ endedAt }) => endedAt,
    ({ id, contact, from }) =>
      void showNotice({
        ...{ kind: 'missedCalls', tag: `missed.${id}`, path: paths.call(id) },
        ...{ title: t('notices.missedCall'), body: contact?.name || phoneText(from) },
      }),
  );
  return null;
}

function Unknown() {
  const { t } = useTranslation();
  const count = useToSettle();
  const before = useRef(count);
  useEffect(() => {
    if (count > before.current)
      void showNotice({
        ...{ kind: 'unknown', tag: 'unknown', path: paths.unknownTransactions },
        ...{ title: t('notices.unknown'), body: t('transactions.toSettle', { count }) },
      });
    before.current = count;
  }, [count, t]);
  return null;
}

function LowFloat() {
  const { t } = useTranslation();
  const { data } = useQuery({ queryKey: keys.float, queryFn: float.sims });
  useNews(
    data?.sims,
    ({ lowSince }) => lowSince,
    ({ id, box, slot, available }) =>
      void showNotice({
        ...{ kind: 'lowFloat', tag: `low.${id}`, path: paths.floatOf(id), title: t('notices.lowFloat') },
        body: `${box.label || box.callboxId} · ${slot} · ${francsText(available)}`,
      }),
  );
  return null;
}
