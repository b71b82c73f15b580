import { EnvironmentOutlined, ThunderboltOutlined, WarningFilled } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Box, BoxSim } from '../../api/boxTypes.ts';
import { paths } from '../../paths.ts';
import { Ago } from '../../ui/texts.tsx';
import { BoxStateTag, Difference, Francs, Operator, Signal } from './boxTexts.tsx';
import { boxName, boxState, heldBy, liveSims, troublesOf } from './logic/boxState.ts';
import { useDifferences } from './useDifferences.ts';

/** One box at a glance: how it stands, where it is, its SIMs with their money, what it has in hand. */
export function BoxCard({ box }: { box: Box }) {
  const { t } = useTranslation();
  const name = boxName(box);
  const sims = liveSims(box);
  const troubles = troublesOf(box);
  return (
    <li className="panel box-card" data-state={boxState(box)}>
      <div className="box-card-head">
        <h2>
          <Link to={paths.box(box.id)}>{name}</Link>
        </h2>
        <BoxStateTag box={box} />
      </div>
      <p className="muted small box-place">
        {name !== box.callboxId && <code>{box.callboxId}</code>}
        {box.location && (
          <span>
            <EnvironmentOutlined aria-hidden /> {box.location}
          </span>
        )}
      </p>
      {troubles.length > 0 && (
        <ul className="box-troubles">
          {troubles.map((trouble) => (
            <li key={trouble}>
              <WarningFilled aria-hidden /> {t(`boxes.troubles.${trouble}`, { count: box.inHand.unknown })}
            </li>
          ))}
        </ul>
      )}
      {sims.length > 0 ? (
        <ul className="box-sims">
          {sims.map((sim) => (
            <SimLine key={sim.id} sim={sim} />
          ))}
        </ul>
      ) : (
        <p className="muted small">{t(box.registeredAt ? 'boxes.noSims' : 'boxes.notEnrolledHint')}</p>
      )}
      <BoxFoot box={box} />
    </li>
  );
}

function SimLine({ sim }: { sim: BoxSim }) {
  const { t } = useTranslation();
  const differences = useDifferences();
  return (
    <li>
      <Signal sim={sim} />
      <Operator operator={sim.operator} />
      <span className={`box-sim-money ${sim.isFloatLow ? 'is-low' : ''}`}>
        {sim.floatKnownSince ? (
          <Francs amount={sim.floatAvailable} />
        ) : (
          <span className="muted small">{t('boxes.floatUnknown')}</span>
        )}
        <Difference amount={differences.get(sim.id) ?? null} />
      </span>
    </li>
  );
}

function BoxFoot({ box }: { box: Box }) {
  const { t } = useTranslation();
  const { battery } = box;
  return (
    <p className="box-card-foot muted small">
      <span>
        {t('boxes.inHandOf', {
          count: heldBy(box.inHand),
          max: box.capabilities.maxConcurrentTransactions,
        })}
      </span>
      {battery.percent != null && (
        <span>
          {battery.charging && <ThunderboltOutlined aria-hidden />}{' '}
          {t('boxes.battery', { percent: Math.round(battery.percent) })}
        </span>
      )}
      {box.version && <span>{t('boxes.versionOf', { version: box.version })}</span>}
      {box.lastSeenAt && (
        <span className="box-seen">
          <Ago at={box.lastSeenAt} />
        </span>
      )}
    </p>
  );
}
