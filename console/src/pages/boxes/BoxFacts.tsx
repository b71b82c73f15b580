import { Descriptions } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Box } from '../../api/boxTypes.ts';
import { countText, francsText } from '../../ui/format.ts';
import { Ago, Copyable, Moment, Nothing } from '../../ui/texts.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { spanOf } from './logic/spans.ts';

/** What is known of a box, and what it may do. */
export function BoxFacts({ box }: { box: Box }) {
  const { t } = useTranslation();
  const { language } = useFormat();
  const uptime = box.uptimeSeconds === null ? null : spanOf(box.uptimeSeconds);
  const { limits, capabilities, token } = box;
  const none = <span className="muted">{t('boxes.facts.noLimit')}</span>;
  const facts: [string, ReactNode][] = [
    [t('boxes.new.code'), <Copyable key="v" text={box.callboxId} />],
    [t('boxes.facts.seen'), box.lastSeenAt && <Ago at={box.lastSeenAt} />],
    [t('boxes.facts.version'), box.version],
    [
      t('boxes.facts.uptime'),
      uptime &&
        new Intl.NumberFormat(language, {
          style: 'unit',
          unit: uptime.unit,
          unitDisplay: 'long',
          maximumFractionDigits: 0,
        }).format(uptime.value),
    ],
    [t('boxes.facts.processed'), box.processedTransactions !== null && countText(box.processedTransactions)],
    [
      t('boxes.facts.types'),
      capabilities.supportedTypes.map((type) => t(`transactions.types.${type}`)).join(', '),
    ],
    [t('boxes.facts.concurrent'), countText(capabilities.maxConcurrentTransactions)],
    [t('boxes.limits.maxPerMinute'), limits.maxPerMinute === null ? none : countText(limits.maxPerMinute)],
    [t('boxes.limits.maxPerDay'), limits.maxPerDay === null ? none : countText(limits.maxPerDay)],
    [t('boxes.limits.maxAmount'), limits.maxAmount === null ? none : francsText(limits.maxAmount)],
    [t('boxes.facts.fencing'), t(capabilities.fencing ? 'boxes.facts.fenced' : 'boxes.facts.notFenced')],
    [
      t('boxes.facts.token'),
      token ? <code>{token.hint}…</code> : <span>{t('boxes.facts.sharedToken')}</span>,
    ],
    [t('boxes.facts.revoked'), token?.revokedAt && <Moment at={token.revokedAt} />],
    [t('boxes.facts.registered'), box.registeredAt && <Moment at={box.registeredAt} />],
  ];
  return (
    <Descriptions
      className="facts"
      column={1}
      size="small"
      colon={false}
      items={facts
        .filter(([label, value]) => value || label !== t('boxes.facts.revoked'))
        .map(([label, value]) => ({ key: label, label, children: value || <Nothing /> }))}
    />
  );
}
