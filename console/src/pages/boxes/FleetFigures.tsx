import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Box } from '../../api/boxTypes.ts';
import { paths } from '../../paths.ts';
import { countText } from '../../ui/format.ts';
import { boxState, heldBy, liveSims } from './logic/boxState.ts';

/** The fleet in five figures; a figure that is bad leads to what is behind it. */
export function FleetFigures({ boxes }: { boxes: Box[] }) {
  const { t } = useTranslation();
  const active = boxes.filter((box) => box.state !== 'retired');
  const count = (state: string) => active.filter((box) => boxState(box) === state).length;
  const silent = count('silent');
  const low = active.flatMap(liveSims).filter((sim) => sim.isFloatLow).length;
  const unknown = active.reduce((sum, box) => sum + box.inHand.unknown, 0);
  const inHand = active.reduce((sum, box) => sum + heldBy(box.inHand), 0);
  const figures: [label: string, figure: string, to: string | null, isBad: boolean][] = [
    [
      t('boxes.figures.connected'),
      `${countText(active.filter((box) => box.connected).length)}\u202f/\u202f${countText(active.length)}`,
      null,
      false,
    ],
    [t('boxes.figures.silent'), countText(silent), silent ? `${paths.boxes}?state=silent` : null, silent > 0],
    [t('boxes.figures.inHand'), countText(inHand), null, false],
    [t('boxes.figures.unknown'), countText(unknown), unknown ? paths.unknownTransactions : null, unknown > 0],
    [t('boxes.figures.low'), countText(low), low ? paths.float : null, low > 0],
  ];
  return (
    <dl className="figures fleet-figures">
      {figures.map(([label, figure, to, isBad]) => (
        <div key={label} className={`panel ${isBad ? 'is-bad' : ''}`}>
          <dt>{label}</dt>
          <dd>{to ? <Link to={to}>{figure}</Link> : figure}</dd>
        </div>
      ))}
    </dl>
  );
}
