import { DatePicker, Segmented } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';
import {
  ACTIVITY_GROUPS,
  COST_GROUPS,
  ENDED_GROUPS,
  insights,
  type ReportBy,
  SOUND_GROUPS,
} from '../../api/insights.ts';
import { reports } from '../../api/reports.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { ChoiceFilter, ListToolbar } from '../../ui/ListToolbar.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useListState } from '../../ui/useListState.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { Activity, Costs, Ended, Numbers, Sound } from './breakdowns.tsx';
import '../../ui/styles/reports.css';

const SUBJECTS = ['call', 'text', 'costs', 'numbers', 'sound', 'transactions'] as const;
type Subject = (typeof SUBJECTS)[number];
/** What each can be broken down by; numbers are a table of their own. */
const GROUPS: Record<Subject, readonly ReportBy[]> = {
  ...{ call: ACTIVITY_GROUPS, text: ACTIVITY_GROUPS, costs: COST_GROUPS },
  ...{ numbers: ['number'], sound: SOUND_GROUPS, transactions: ENDED_GROUPS },
};
const PATHS: Record<Subject, string> = {
  ...{ call: insights.activityPath, text: insights.activityPath, costs: insights.costsPath },
  ...{ numbers: insights.numbersPath, sound: insights.soundPath, transactions: insights.transactionsPath },
};
const DAYS_DEFAULT = 30;

/** Calls, texts, costs, quality and transactions of a time, by whatever matters. */
export default function ReportsPage() {
  const { t } = useTranslation();
  return (
    <PageFrame title={t('insights.reports.title')} intro={t('insights.reports.intro')} actions={<Recount />}>
      <RequirePermission permission="reports:read">
        <Report />
      </RequirePermission>
    </PageFrame>
  );
}

/** Has every figure counted anew. */
function Recount() {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done } = useNotify();
  const ask = () =>
    confirm({
      title: t('insights.reports.recountTitle'),
      content: t('insights.reports.recountText'),
      confirm: t('insights.reports.recount'),
      danger: false,
      action: async () => {
        await reports.recount();
        done(t('insights.reports.recounting'));
      },
    });
  return (
    <ActionButton permission="company:update" onClick={ask}>
      {t('insights.reports.recount')}
    </ActionButton>
  );
}

/** What is asked for, as the address says it. */
function useQuestion() {
  const list = useListState(['subject', 'by', 'from', 'to'] as const);
  const { filters } = list;
  const subject = SUBJECTS.find((each) => each === filters.subject) ?? 'call';
  const groups = GROUPS[subject];
  const by = groups.find((each) => each === filters.by) ?? groups[0]!;
  const to = filters.to || dayjs().format('YYYY-MM-DD');
  const from =
    filters.from ||
    dayjs(to)
      .subtract(DAYS_DEFAULT - 1, 'day')
      .format('YYYY-MM-DD');
  const kind: Record<string, string> = subject === 'call' || subject === 'text' ? { kind: subject } : {};
  const query: Record<string, string> = { from, to, ...(subject === 'numbers' ? {} : { by }), ...kind };
  return { list, subject, groups, by, from, to, query };
}

function Report() {
  const { t } = useTranslation();
  const { list, subject, groups, by, from, to, query } = useQuestion();
  return (
    <>
      <ListToolbar
        isFiltered={list.isFiltered}
        onClear={list.clear}
        csv={{ path: PATHS[subject], query, filename: `${subject}-${from}-${to}.csv` }}
      >
        <Segmented<Subject>
          aria-label={t('insights.reports.subject')}
          className="report-subjects"
          value={subject}
          onChange={(next) => list.setFilter('subject', next)}
          options={SUBJECTS.map((value) => ({ value, label: t(`insights.reports.subjects.${value}`) }))}
        />
        <DatePicker.RangePicker
          aria-label={t('insights.reports.period')}
          allowClear={false}
          value={[dayjs(from), dayjs(to)]}
          disabledDate={(day: Dayjs) => day.isAfter(dayjs(), 'day')}
          onChange={(days) =>
            list.setFilters({ from: days?.[0]?.format('YYYY-MM-DD'), to: days?.[1]?.format('YYYY-MM-DD') })
          }
        />
        {groups.length > 1 && (
          <ChoiceFilter
            label={t('insights.reports.by')}
            value={by}
            onChange={(next) => list.setFilter('by', next)}
            options={groups.map((value) => ({ value, label: t(`insights.reports.groups.${value}`) }))}
          />
        )}
      </ListToolbar>
      {by === 'contact' && <p className="muted small">{t('insights.reports.contactMonths')}</p>}
      {by === 'gig' && <p className="muted small">{t('insights.reports.gigsThen')}</p>}
      {subject === 'call' || subject === 'text' ? (
        <Activity by={by} kind={subject} query={query} />
      ) : subject === 'costs' ? (
        <Costs by={by} query={query} />
      ) : subject === 'numbers' ? (
        <Numbers query={query} />
      ) : subject === 'sound' ? (
        <Sound by={by} query={query} />
      ) : (
        <Ended by={by} query={query} />
      )}
    </>
  );
}
