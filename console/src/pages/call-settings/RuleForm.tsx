import { useQuery } from '@tanstack/react-query';
import { Input, Radio, Switch } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { standardWords } from '../../../../server/modules/calls/model.ts';
import type { RouteRule } from '../../api/callTypes.ts';
import { company as companyApi } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { ActionField, Line } from './ActionField.tsx';
import { HoursField } from './HoursField.tsx';
import { isAlwaysOpen } from './logic/hours.ts';
import type { RulePart } from './logic/ruleProblems.ts';
import { SpokenText } from './SpokenText.tsx';

const TEXT_MAX = 480;

interface Props {
  rule: RouteRule;
  onChange: (fields: Partial<RouteRule>) => void;
  incomplete: RulePart[];
}

/** Everything that can be said about calls to a number, in the order in which a caller meets it. */
export function RuleForm({ rule, onChange, incomplete }: Props) {
  const { t } = useTranslation();
  const { data } = useQuery({ queryKey: keys.company, queryFn: companyApi.get });
  const region = data?.company.country ?? 'FR';
  const timeZone = data?.company.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { language, hours } = rule;
  const hasClosed = hours !== null && !isAlwaysOpen(hours.weekly);
  return (
    <div className="stack">
      <Part title={t('callRules.route.greeting')}>
        <Greeting rule={rule} onChange={onChange} />
      </Part>
      <Part title={t('callRules.route.hours')}>
        <HoursField value={hours} timeZone={timeZone} onChange={(next) => onChange({ hours: next })} />
      </Part>
      <Part
        title={t(hours ? 'callRules.route.whenOpen' : 'callRules.route.whenAlways')}
        isIncomplete={incomplete.includes('open')}
      >
        <ActionField
          language={language}
          region={region}
          value={rule.open}
          onChange={(open) => onChange({ open })}
        />
      </Part>
      {hasClosed && (
        <Part title={t('callRules.route.whenClosed')} isIncomplete={incomplete.includes('closed')}>
          <ActionField
            language={language}
            region={region}
            value={rule.closed}
            onChange={(closed) => onChange({ closed })}
          />
        </Part>
      )}
      <Part title={t('callRules.route.more')} isIncomplete={incomplete.includes('announce')}>
        <More rule={rule} onChange={onChange} />
      </Part>
    </div>
  );
}

function Part({
  title,
  isIncomplete = false,
  children,
}: {
  title: string;
  isIncomplete?: boolean;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <section className={`panel panel-pad route-part ${isIncomplete ? 'is-incomplete' : ''}`}>
      <h2>{title}</h2>
      {children}
      {isIncomplete && <p className="reason small">{t('common.required')}</p>}
    </section>
  );
}

type PartProps = Pick<Props, 'rule' | 'onChange'>;

function Greeting({ rule, onChange }: PartProps) {
  const { t } = useTranslation();
  const label = t('callRules.route.greetingText');
  return (
    <div className="action-field">
      <Line label={t('callRules.route.language')}>
        <Radio.Group
          optionType="button"
          value={rule.language}
          onChange={(event) => onChange({ language: event.target.value })}
          options={(['fr', 'en'] as const).map((value) => ({
            value,
            label: t(`callRules.route.languages.${value}`),
          }))}
        />
        <p className="muted small">{t('callRules.route.languageHint')}</p>
      </Line>
      <Line label={label}>
        <SpokenText
          label={label}
          language={rule.language}
          placeholder={t('callRules.route.greetingPlaceholder')}
          value={rule.greeting}
          onChange={(greeting) => onChange({ greeting })}
        />
        <p className="muted small">{t('callRules.route.greetingHint')}</p>
      </Line>
    </div>
  );
}

function More({ rule, onChange }: PartProps) {
  const { t } = useTranslation();
  return (
    <div className="action-field">
      <div className="switch-line">
        <Switch id="record" checked={rule.record} onChange={(record) => onChange({ record })} />
        <label htmlFor="record">{t('callRules.route.record')}</label>
      </div>
      <Announcement rule={rule} onChange={onChange} />
      <Line label={t('callRules.route.missed')}>
        <Input.TextArea
          aria-label={t('callRules.route.missed')}
          placeholder={t('callRules.route.missedPlaceholder')}
          autoSize={{ minRows: 2, maxRows: 5 }}
          maxLength={TEXT_MAX}
          value={rule.missedText ?? ''}
          onChange={(event) => onChange({ missedText: event.target.value.trimStart() || null })}
        />
        <p className="muted small">{t('callRules.route.missedHint')}</p>
      </Line>
    </div>
  );
}

/** What people are told before they are recorded: absent in the rule means the usual sentence, null means nothing. */
function Announcement({ rule, onChange }: PartProps) {
  const { t } = useTranslation();
  const { announceRecording } = rule;
  const kind = announceRecording === undefined ? 'standard' : announceRecording === null ? 'none' : 'own';
  const choose = { standard: undefined, own: '', none: null } as const;
  const label = t('callRules.route.announce');
  return (
    <Line label={label}>
      <Radio.Group
        value={kind}
        onChange={(event) =>
          onChange({ announceRecording: choose[event.target.value as keyof typeof choose] })
        }
        options={(['standard', 'own', 'none'] as const).map((value) => ({
          value,
          label: t(`callRules.route.announceKinds.${value}`),
        }))}
      />
      {kind === 'standard' && (
        <p className="muted small">
          {t('callRules.route.announceStandard', { words: standardWords('announce', rule.language) })}
        </p>
      )}
      <p className="muted small">{t('callRules.route.announceHint')}</p>
      {kind === 'none' && <p className="small route-warning">{t('callRules.route.announceNone')}</p>}
      {kind === 'own' && (
        <SpokenText
          label={label}
          language={rule.language}
          value={announceRecording}
          onChange={(text) => onChange({ announceRecording: text ?? '' })}
        />
      )}
    </Line>
  );
}
