import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { boxes } from '../api/boxes.ts';
import { calls } from '../api/calls.ts';
import { float } from '../api/float.ts';
import { keys } from '../api/keys.ts';
import { useMay } from '../api/session.ts';
import { useToSettle } from '../api/toSettle.ts';
import { paths } from '../paths.ts';
import { francsText, phoneText } from '../ui/format.ts';
import { isWanted, NOTICE_PERMISSIONS, newerThan, type OpenKind } from './kinds.ts';
import { noticePermission, showNotice } from './system.ts';

const NEWEST = { missed: 'true', limit: 5 };

/** Follows what the system tells of. Texts and budgets are told by the news that pages show of them. */
export function Notices() {
  const watches = useWatches();
  return (
    <>
      {watches('missedCalls') && <MissedCalls />}
      {watches('unknown') && <Unknown />}
      {watches('lowFloat') && <LowFloat />}
      {watches('boxes') && <Boxes />}
    </>
  );
}

/** Nothing is asked of the server for notices that nobody would see. */
function useWatches(): (kind: OpenKind) => boolean {
  const may = useMay();
  return (kind) => noticePermission() === 'granted' && isWanted(kind) && may(NOTICE_PERMISSIONS[kind]);
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

const ALARMING = ['disconnected', 'quarantined'] as const;

function Boxes() {
  return ALARMING.map((state) => <BoxesThatAre key={state} state={state} />);
}

/** Tells of boxes that come to be in a state; those that are when it begins to look are no news. */
function BoxesThatAre({ state }: { state: (typeof ALARMING)[number] }) {
  const { t } = useTranslation();
  const { data } = useQuery({ queryKey: keys.boxes({ state }), queryFn: () => boxes.all({ state }) });
  const known = useRef<Set<string> | null>(null);
  useEffect(() => {
    if (!data) return;
    const before = known.current;
    known.current = new Set(data.boxes.map(({ id }) => id));
    for (const { id, label, callboxId } of data.boxes.filter((box) => before && !before.has(box.id)))
      void showNotice({
        ...{ kind: 'boxes', tag: `box.${id}`, path: paths.box(id) },
        ...{ title: t(`notices.box.${state}`), body: label || callboxId },
      });
  }, [data, state, t]);
  return null;
}
