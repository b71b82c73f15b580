import { CopyOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, DatePicker, Dropdown, Radio, Select, Tag } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import type { Hours } from '../../api/callTypes.ts';
import { useFormat } from '../../ui/useFormat.ts';
import {
  changeSpan,
  copyDay,
  DAYS,
  type Day,
  problemOf,
  usualHours,
  type Week,
  weeklyOf,
  weekOf,
  withoutSpan,
  withSpan,
} from './logic/hours.ts';
import { TimeInput } from './TimeInput.tsx';
import { useDayNames } from './useDayNames.ts';

interface Props {
  value?: Hours | null;
  onChange?: (hours: Hours | null) => void;
  /** For hours that are made anew. */
  timeZone: string;
}

/** When a number is open: always, or by the week, with the days that are closed besides. */
export function HoursField({ value = null, onChange, timeZone }: Props) {
  const { t } = useTranslation();
  const change = (fields: Partial<Hours>) => value && onChange?.({ ...value, ...fields });
  return (
    <div className="hours">
      <Radio.Group
        optionType="button"
        aria-label={t('callRules.route.hours')}
        value={value !== null}
        onChange={(event) => onChange?.(event.target.value ? usualHours(timeZone) : null)}
        options={[
          { value: false, label: t('callRules.route.alwaysOpen') },
          { value: true, label: t('callRules.route.withHours') },
        ]}
      />
      {value && (
        <>
          <WeekGrid week={weekOf(value.weekly)} onChange={(week) => change({ weekly: weeklyOf(week) })} />
          <TimeZoneSelect value={value.timeZone} onChange={(zone) => change({ timeZone: zone })} />
          <ClosedDays days={value.closedDays} onChange={(closedDays) => change({ closedDays })} />
        </>
      )}
    </div>
  );
}

function WeekGrid({ week, onChange }: { week: Week; onChange: (week: Week) => void }) {
  return (
    <div className="week">
      {DAYS.map((day) => (
        <DayRow key={day} day={day} week={week} onChange={onChange} />
      ))}
    </div>
  );
}

function DayRow({ day, week, onChange }: { day: Day; week: Week; onChange: (week: Week) => void }) {
  const { t } = useTranslation();
  const name = useDayNames()(day);
  const spans = week[day] ?? [];
  const problem = problemOf(spans);
  return (
    <fieldset className="week-day">
      <legend>{name}</legend>
      <div className="week-spans">
        {!spans.length && <span className="muted">{t('callRules.route.closed')}</span>}
        {spans.map(([from, to], index) => (
          // A span has no name but its place.
          <span key={index} className="week-span">
            <TimeInput
              label={t('callRules.route.from', { day: name })}
              value={from}
              onChange={(next) => onChange(changeSpan(week, day, index, [next, to]))}
            />
            <span aria-hidden="true">–</span>
            <TimeInput
              label={t('callRules.route.to', { day: name })}
              value={to}
              onChange={(next) => onChange(changeSpan(week, day, index, [from, next]))}
            />
            <Button
              type="text"
              size="small"
              icon={<DeleteOutlined />}
              aria-label={t('callRules.route.removeSpan', { day: name })}
              onClick={() => onChange(withoutSpan(week, day, index))}
            />
          </span>
        ))}
        {problem && (
          <span className="reason small" role="alert">
            {t(`callRules.route.problems.${problem}`)}
          </span>
        )}
      </div>
      <DayActions day={day} name={name} week={week} onChange={onChange} />
    </fieldset>
  );
}

interface DayProps {
  day: Day;
  name: string;
  week: Week;
  onChange: (week: Week) => void;
}

function DayActions({ day, name, week, onChange }: DayProps) {
  const { t } = useTranslation();
  const targets: Record<string, readonly Day[]> = { working: [1, 2, 3, 4, 5], all: DAYS };
  return (
    <div className="week-acts">
      <Button
        type="text"
        size="small"
        icon={<PlusOutlined />}
        aria-label={t('callRules.route.addSpanOf', { day: name })}
        title={t('callRules.route.addSpan')}
        onClick={() => onChange(withSpan(week, day))}
      />
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'working', label: t('callRules.route.copyWorking') },
            { key: 'all', label: t('callRules.route.copyAll') },
          ],
          onClick: ({ key }) => onChange(copyDay(week, day, targets[key] ?? [])),
        }}
      >
        <Button
          type="text"
          size="small"
          icon={<CopyOutlined />}
          aria-label={t('callRules.route.copyOf', { day: name })}
          title={t('callRules.route.copy')}
        />
      </Dropdown>
    </div>
  );
}

export function TimeZoneSelect({ value, onChange }: { value: string; onChange: (zone: string) => void }) {
  const { t } = useTranslation();
  return (
    <div className="hours-line">
      <label htmlFor="route-zone">{t('callRules.route.timeZone')}</label>
      <Select
        id="route-zone"
        className="hours-zone"
        value={value}
        onChange={onChange}
        showSearch={{ optionFilterProp: 'label' }}
        options={Intl.supportedValuesOf('timeZone').map((zone) => ({
          value: zone,
          label: zone.replaceAll('_', ' '),
        }))}
      />
    </div>
  );
}

function ClosedDays({ days, onChange }: { days: string[]; onChange: (days: string[]) => void }) {
  const { t } = useTranslation();
  const { day } = useFormat();
  return (
    <div className="hours-line">
      <span>{t('callRules.route.closedDays')}</span>
      <div className="hours-closed">
        {days.map((each) => (
          <Tag
            key={each}
            closable={{ 'aria-label': t('callRules.route.removeDay', { day: day(`${each}T12:00`) }) }}
            onClose={() => onChange(days.filter((other) => other !== each))}
          >
            {day(`${each}T12:00`)}
          </Tag>
        ))}
        <DatePicker
          size="small"
          value={null}
          placeholder={t('callRules.route.addDay')}
          aria-label={t('callRules.route.addDay')}
          onChange={(picked) =>
            picked && onChange([...new Set([...days, dayjs(picked).format('YYYY-MM-DD')])].sort())
          }
        />
        <p className="muted small">{t('callRules.route.closedDaysHint')}</p>
      </div>
    </div>
  );
}
