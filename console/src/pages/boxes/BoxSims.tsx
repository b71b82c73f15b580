import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Box, BoxSim } from '../../api/boxTypes.ts';
import { paths } from '../../paths.ts';
import { type Column, DataList } from '../../ui/DataList.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Ago, Nothing, PhoneText } from '../../ui/texts.tsx';
import { CloseBoxButton } from '../float/CloseBoxModal.tsx';
import { Difference, Francs, Operator, Signal, useSlotName } from './boxTexts.tsx';
import { liveSims } from './logic/boxState.ts';
import { useDifferences } from './useDifferences.ts';

const QUIET = { isPending: false, isFetching: false, error: null, refetch: () => undefined };

/** The SIMs of a box, as it measured them, with the money that is counted on them. */
export function BoxSims({ box }: { box: Box }) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="box-sims">
      <div className="section-head box-section-head">
        <h2 id="box-sims">{t('boxes.sims.title')}</h2>
        <span className="section-links">
          <CloseBoxButton box={box} />
          <Link to={paths.float}>{t('boxes.sims.toFloat')}</Link>
        </span>
      </div>
      <DataList
        label={t('boxes.sims.title')}
        columns={useColumns()}
        rows={liveSims(box)}
        query={QUIET}
        empty={<EmptyState title={t('boxes.sims.emptyTitle')} text={t('boxes.sims.emptyText')} />}
      />
    </section>
  );
}

function useColumns(): Column<BoxSim>[] {
  const { t } = useTranslation();
  const slotName = useSlotName();
  const differences = useDifferences();
  return [
    {
      key: 'sim',
      title: t('boxes.sims.sim'),
      isName: true,
      render: (sim) => (
        <>
          <Operator operator={sim.operator} />
          <div className="muted small">{slotName(sim.slot)}</div>
        </>
      ),
    },
    {
      key: 'number',
      title: t('boxes.sims.number'),
      render: (sim) => (
        <>
          {sim.phoneNumber ? <PhoneText value={sim.phoneNumber} /> : <Nothing />}
          {sim.iccid && <div className="muted small">{sim.iccid}</div>}
        </>
      ),
    },
    {
      key: 'signal',
      title: t('boxes.sims.network'),
      render: (sim) => (
        <span className="sim-network">
          <Signal sim={sim} /> {sim.network}
        </span>
      ),
    },
    {
      key: 'available',
      title: t('boxes.sims.available'),
      align: 'right',
      render: (sim) =>
        sim.floatKnownSince ? (
          <span className={sim.isFloatLow ? 'is-low' : undefined}>
            <Francs amount={sim.floatAvailable} />
          </span>
        ) : (
          <span className="muted small">{t('boxes.floatUnknown')}</span>
        ),
    },
    {
      key: 'held',
      title: t('boxes.sims.held'),
      align: 'right',
      render: (sim) => <Francs amount={sim.floatKnownSince ? sim.floatHeld : null} />,
    },
    {
      key: 'reported',
      title: t('boxes.sims.reported'),
      align: 'right',
      render: (sim) => (
        <>
          <Francs amount={sim.reportedBalance} />
          {sim.reportedBalanceAt && (
            <div className="muted small">
              <Ago at={sim.reportedBalanceAt} />
            </div>
          )}
          <Difference amount={differences.get(sim.id) ?? null} />
        </>
      ),
    },
  ];
}
