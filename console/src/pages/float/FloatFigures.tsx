import { useTranslation } from 'react-i18next';
import type { FloatSim } from '../../api/floatTypes.ts';
import { countText, francsText } from '../../ui/format.ts';
import { totalsOf } from './logic/float.ts';

interface Props {
  sims: FloatSim[];
  onLook: (look: 'low' | 'different' | 'uncounted') => void;
}

/** All SIMs in five figures; what needs a look is a button to it. */
export function FloatFigures({ sims, onLook }: Props) {
  const { t } = useTranslation();
  const totals = totalsOf(sims);
  return (
    <dl className="figures float-figures">
      {(['available', 'held'] as const).map((key) => (
        <div key={key} className="panel">
          <dt>{t(`boxes.sims.${key}`)}</dt>
          <dd className="figure-money">{francsText(totals[key])}</dd>
        </div>
      ))}
      {(['low', 'different', 'uncounted'] as const).map((key) => (
        <div
          key={key}
          className={`panel ${totals[key] > 0 ? (key === 'uncounted' ? 'is-wait' : 'is-bad') : ''}`}
        >
          <dt>{t(`float.looks.${key}`)}</dt>
          <dd>
            {totals[key] > 0 ? (
              <button type="button" className="bare figure-button" onClick={() => onLook(key)}>
                {countText(totals[key])}
              </button>
            ) : (
              countText(0)
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
