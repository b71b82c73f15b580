import { ArrowDownOutlined, ArrowUpOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Call, CallStatus } from '../../api/callTypes.ts';
import { paths } from '../../paths.ts';
import { otherSide } from '../../softphone/logic/dialInput.ts';
import { clockText, isoDuration } from '../../softphone/logic/timer.ts';
import { numberName, usePartyName } from '../../softphone/party.ts';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';
import { Nothing } from '../../ui/texts.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import '../../ui/styles/call-pages.css';

const TONES: Record<CallStatus, Tone> = {
  INITIATED: 'wait',
  RINGING: 'wait',
  IN_PROGRESS: 'info',
  COMPLETED: 'good',
  BUSY: 'bad',
  NO_ANSWER: 'bad',
  FAILED: 'bad',
  CANCELED: 'calm',
};

/** What became of a call. For one that came in, that nobody took it says more than how it ended. */
export function CallStatusTag({
  call,
}: {
  call: Pick<Call, 'status' | 'missed' | 'voicemail' | 'endReason'>;
}) {
  const { t } = useTranslation();
  const why = call.endReason?.message;
  if (call.missed && call.voicemail)
    return <StatusTag tone="info">{t('calls.statuses.voicemail')}</StatusTag>;
  if (call.missed)
    return (
      <StatusTag tone="bad" title={why}>
        {t('calls.statuses.missed')}
      </StatusTag>
    );
  return (
    <StatusTag tone={TONES[call.status]} title={why}>
      {t(`calls.statuses.${call.status}`)}
    </StatusTag>
  );
}

/** In or out, as an arrow with its word. */
export function DirectionSign({ call }: { call: Pick<Call, 'direction' | 'missed'> }) {
  const { t } = useTranslation();
  const word = t(`calls.history.directions.${call.direction}`);
  const Arrow = call.direction === 'INBOUND' ? ArrowDownOutlined : ArrowUpOutlined;
  return (
    <span className={`call-way ${call.missed ? 'is-missed' : ''}`} title={word}>
      <Arrow aria-hidden />
      <span className="visually-hidden">{word}</span>
    </span>
  );
}

/** Whom a call was with: the contact and their number. */
export function Party({ call }: { call: Call }) {
  const { t } = useTranslation();
  const name = usePartyName()(call);
  const number = numberName(otherSide(call), t('calls.hiddenNumber'));
  return (
    <div className="call-party">
      <DirectionSign call={call} />
      <div>
        {call.contact ? <Link to={paths.contact(call.contact.id)}>{name}</Link> : <span>{name}</span>}
        {name !== number && <div className="muted small phone-text">{number}</div>}
      </div>
    </div>
  );
}

export function Duration({ seconds }: { seconds: number | null }) {
  if (seconds === null) return <Nothing />;
  return (
    <time className="call-length" dateTime={isoDuration(seconds)}>
      {clockText(seconds)}
    </time>
  );
}

/** What a call cost; an estimate is marked as one. */
export function CallCost({ call }: { call: Pick<Call, 'cost'> }) {
  const { t } = useTranslation();
  const { money } = useFormat();
  const { cost } = call;
  if (!cost) return <Nothing />;
  if (!cost.estimated) return <span className="price">{money(cost)}</span>;
  return (
    <span className="price" title={t('calls.history.estimatedHint')}>
      <span>≈ {money(cost)}</span>
      <span className="muted small"> {t('calls.history.estimated')}</span>
    </span>
  );
}

const QUALITY_TONES = { good: 'good', fair: 'wait', bad: 'bad' } as const;

/** How a call sounded, in a word. */
export function QualityTag({ quality }: Pick<Call, 'quality'>) {
  const { t } = useTranslation();
  if (!quality?.level) return <Nothing />;
  return (
    <StatusTag
      tone={QUALITY_TONES[quality.level]}
      title={quality.mos === null ? undefined : t('callQuality.mosOf', { mos: quality.mos.toFixed(1) })}
    >
      {t(`callQuality.levels.${quality.level}`)}
    </StatusTag>
  );
}
