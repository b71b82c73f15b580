import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { Checkbox, Form, InputNumber } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { type RetentionKind, type RetentionRule, retention } from '../../api/retention.ts';
import { paths } from '../../paths.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { Ago } from '../../ui/texts.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { RunState } from './RetentionRuns.tsx';
import { useReasons } from './useReasons.ts';

export type Periods = Partial<Record<RetentionKind, number>>;

/** One kind of thing: how long it is kept, what that does now, and when it was last looked after. */
export function RuleRow({ rule }: { rule: RetentionRule }) {
  const { t } = useTranslation();
  const { what, setElsewhere, lastRun } = rule;
  const chosen = Form.useWatch(what, Form.useFormInstance<Periods>());
  const period = setElsewhere ? rule.period : (chosen ?? rule.period);
  return (
    <section className="retention-rule" aria-labelledby={`rule-${what}`}>
      <div className="retention-what">
        <h2 id={`rule-${what}`}>{t(`retention.kinds.${what}`)}</h2>
        <p className="muted small">{t(`retention.hints.${what}`)}</p>
      </div>
      <div className="retention-period">
        {setElsewhere ? (
          <>
            <div>
              {period === 0 ? t('retention.forEver') : t(`retention.units.${rule.unit}`, { count: period })}
            </div>
            <Link to={paths.callSettings}>{t('retention.setElsewhere')}</Link>
          </>
        ) : (
          <Form.Item name={what} noStyle>
            <PeriodInput rule={rule} />
          </Form.Item>
        )}
        <Preview rule={rule} period={period} />
      </div>
      <div className="retention-last">
        {lastRun ? (
          <>
            <RunState run={lastRun} /> <Ago at={lastRun.startedAt} />
          </>
        ) : (
          <span className="muted small">{t('retention.never')}</span>
        )}
        <RunNow rule={rule} isForEver={period === 0} />
      </div>
    </section>
  );
}

function PeriodInput({
  rule,
  value = rule.period,
  onChange,
}: {
  rule: RetentionRule;
  value?: number;
  onChange?: (period: number) => void;
}) {
  const { t } = useTranslation();
  const [former, setFormer] = useState(value || rule.standard);
  const name = t(`retention.kinds.${rule.what}`);
  const keep = (isKept: boolean) => {
    if (isKept) setFormer(value || rule.standard);
    onChange?.(isKept ? 0 : former);
  };
  return (
    <>
      <InputNumber<number>
        aria-label={t('retention.periodOf', { what: name })}
        className="retention-input"
        min={value === 0 ? 0 : rule.min}
        max={rule.max}
        precision={0}
        disabled={value === 0}
        value={value === 0 ? null : value}
        suffix={t(`retention.suffix.${rule.unit}`)}
        onChange={(next) => next !== null && onChange?.(next)}
      />
      {rule.canStay && (
        <Checkbox
          aria-label={t('retention.forEverOf', { what: name })}
          checked={value === 0}
          onChange={(event) => keep(event.target.checked)}
        >
          {t('retention.forEver')}
        </Checkbox>
      )}
    </>
  );
}

/** What the period would do if it held now. */
function Preview({ rule, period }: { rule: RetentionRule; period: number }) {
  const { t } = useTranslation();
  const { day } = useFormat();
  const reasonsOf = useReasons();
  const isPeriod = period > 0 && period >= rule.min && period <= rule.max;
  const query = { what: rule.what, period };
  const { data, error } = useQuery({
    queryKey: keys.retentionPreview(query),
    queryFn: () => retention.preview(query),
    placeholderData: keepPreviousData,
    enabled: isPeriod,
  });
  if (!isPeriod) return <p className="muted small">{t('retention.nothingGoes')}</p>;
  if (error || !data) return <p className="muted small">{error ? t('retention.noPreview') : '…'}</p>;
  const verb = rule.what === 'calls' ? 'wouldArchive' : 'wouldRemove';
  return (
    <p className="muted small" aria-live="polite">
      {data.count === 0
        ? t('retention.nothingNow')
        : t(`retention.${verb}`, { count: data.count, day: data.oldest ? day(data.oldest) : '' })}
      {reasonsOf(data.stays).map((reason) => (
        <span key={reason}> {reason}</span>
      ))}
    </p>
  );
}

function RunNow({ rule, isForEver }: { rule: RetentionRule; isForEver: boolean }) {
  const { t } = useTranslation();
  const { done, failed } = useNotify();
  const running = useMutation({
    mutationFn: () => retention.runNow(rule.what),
    onSuccess: () => done(t('retention.runAsked')),
    onError: failed,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['retention'] }),
  });
  return (
    <ActionButton
      size="small"
      permission="retention:manage"
      blockedBecause={isForEver && t('retention.nothingGoes')}
      loading={running.isPending}
      aria-label={t('retention.runNowOf', { what: t(`retention.kinds.${rule.what}`) })}
      onClick={() => running.mutate()}
    >
      {t('retention.runNow')}
    </ActionButton>
  );
}
