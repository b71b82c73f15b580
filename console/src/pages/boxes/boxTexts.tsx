import { WarningFilled } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Box, BoxRef, BoxSim } from '../../api/boxTypes.ts';
import type { Dictionary } from '../../i18n/en.ts';
import { paths } from '../../paths.ts';
import { francsText, signedFrancsText } from '../../ui/format.ts';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';
import { Nothing } from '../../ui/texts.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { type BoxState, boxName, boxState, signalBars } from './logic/boxState.ts';
import '../../ui/styles/boxes.css';

const TONES: Record<BoxState, Tone> = {
  connected: 'good',
  busy: 'info',
  silent: 'bad',
  quarantined: 'wait',
  notEnrolled: 'calm',
  retired: 'calm',
};

/** How a box stands; of a silent one, since when. */
export function BoxStateTag({ box }: { box: Box }) {
  const { t } = useTranslation();
  const { ago, moment } = useFormat();
  const state = boxState(box);
  const seen = box.lastSeenAt;
  return (
    <StatusTag tone={TONES[state]} title={seen ? moment(seen) : undefined}>
      {state === 'silent' && seen ? t('boxes.silentSince', { ago: ago(seen) }) : t(`boxes.states.${state}`)}
    </StatusTag>
  );
}

type KnownOperator = keyof Dictionary['boxes']['operators'];

/** An operator's name as people write it. */
export function useOperatorName(): (operator: string | null) => string {
  const { t, i18n } = useTranslation();
  return (operator) => {
    if (!operator) return t('boxes.anyOperator');
    return i18n.exists(`boxes.operators.${operator}`)
      ? t(`boxes.operators.${operator as KnownOperator}`)
      : operator;
  };
}

/** Which SIM of a box: a box that names none has one. */
export function useSlotName(): (slot: string) => string {
  const { t } = useTranslation();
  return (slot) => (slot === 'default' ? t('boxes.sims.only') : t('boxes.sims.slot', { slot }));
}

/** An operator with its colour. */
export function Operator({ operator }: { operator: string | null }) {
  return (
    <span className="operator" data-operator={operator ?? ''}>
      {useOperatorName()(operator)}
    </span>
  );
}

/** How well a SIM is received, as on a telephone. */
export function Signal({ sim }: { sim: Pick<BoxSim, 'signalPercent' | 'state'> }) {
  const { t } = useTranslation();
  if (sim.state !== 'ready' && sim.state !== 'no_network')
    return <StatusTag tone="bad">{t(`boxes.simStates.${sim.state}`)}</StatusTag>;
  const bars = sim.state === 'no_network' ? 0 : signalBars(sim.signalPercent);
  const words =
    bars === null
      ? t('boxes.signalUnknown')
      : bars === 0
        ? t('boxes.simStates.no_network')
        : t('boxes.signal', { percent: Math.round(sim.signalPercent ?? 0) });
  return (
    <span
      className={`signal ${bars !== null && bars < 2 ? 'is-weak' : ''} ${bars === null ? 'is-unknown' : ''}`}
      role="img"
      aria-label={words}
      title={words}
    >
      {[1, 2, 3, 4].map((bar) => (
        <span key={bar} className={bar <= (bars ?? 0) ? 'is-on' : undefined} />
      ))}
    </span>
  );
}

/** An amount of francs, in figures of one width. */
export function Francs({ amount, signed = false }: { amount: number | null; signed?: boolean }) {
  if (amount === null) return <Nothing />;
  return <span className="francs">{signed ? signedFrancsText(amount) : francsText(amount)}</span>;
}

/** How far a SIM's own balance is from what was counted; nothing where they agree or one is not known. */
export function Difference({ amount }: { amount: number | null }) {
  const { t } = useTranslation();
  if (!amount) return null;
  return (
    <span className="float-difference" title={t('boxes.differenceHint')}>
      <WarningFilled aria-hidden /> {t('boxes.difference', { amount: signedFrancsText(amount) })}
    </span>
  );
}

/** A box by its name, leading to its page. */
export function BoxLink({ box }: { box: BoxRef | null }) {
  if (!box) return <Nothing />;
  return <Link to={paths.box(box.id)}>{boxName(box)}</Link>;
}
