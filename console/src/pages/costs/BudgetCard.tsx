import { useTranslation } from 'react-i18next';
import { type Budget, costs } from '../../api/costs.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useFormat } from '../../ui/useFormat.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { levelOf, shares } from './budgetState.ts';
import { useScopes } from './useScopes.ts';

/** A budget: what is spent of it as a length, what is held behind it, and where somebody is told. */
export function BudgetCard({ budget, onEdit }: { budget: Budget; onEdit: (budget: Budget) => void }) {
  const { t } = useTranslation();
  const { money, sum, day } = useFormat();
  const { name, currency, amount, spent, held, thresholds, enabled } = budget;
  const part = shares(budget);
  const left = Math.max(0, Number(amount) - Number(spent) - Number(held)).toFixed(6);
  return (
    <li className="panel budget">
      <div className="budget-head">
        <h3>{name}</h3>
        <State budget={budget} />
      </div>
      <p className="budget-sums">
        <strong>{sum({ amount: spent, currency })}</strong>
        <span className="muted">{t('costs.budgets.ofAmount', { amount: money({ amount, currency }) })}</span>
      </p>
      <div
        className="budget-bar"
        role="img"
        aria-label={t('costs.budgets.barLabel', {
          percent: Math.round(part.spent),
          held: money({ amount: held, currency }),
        })}
      >
        <span className="budget-held" style={{ width: `${Math.min(100, part.withHeld)}%` }} />
        <span
          className="budget-spent"
          data-level={enabled ? levelOf(budget) : 'wait'}
          style={{ width: `${Math.min(100, part.spent)}%` }}
        />
        {thresholds
          .filter((threshold) => threshold < 100)
          .map((threshold) => (
            <i key={threshold} style={{ left: `${threshold}%` }} />
          ))}
      </div>
      <p className="budget-facts muted small">
        {Number(held) > 0 && `${t('costs.budgets.held', { amount: money({ amount: held, currency }) })} · `}
        {t('costs.budgets.left', { amount: sum({ amount: left, currency }) })} ·{' '}
        {t('costs.budgets.until', { day: day(`${budget.periodEnd}T12:00`) })}
      </p>
      <Scope budget={budget} />
      <div className="budget-foot">
        <span className="muted small">
          {t(budget.hardStop ? 'costs.budgets.stops' : 'costs.budgets.warns')}
        </span>
        <Acts budget={budget} onEdit={onEdit} />
      </div>
    </li>
  );
}

function State({ budget }: { budget: Budget }) {
  const { t } = useTranslation();
  if (!budget.enabled) return <StatusTag tone="calm">{t('settings.members.off')}</StatusTag>;
  const level = levelOf(budget);
  return (
    <StatusTag tone={level}>
      {level === 'bad' && budget.hardStop ? t('costs.budgets.stopped') : t(`costs.budgets.levels.${level}`)}
    </StatusTag>
  );
}

/** What it is for, in words. */
function Scope({ budget }: { budget: Budget }) {
  const { t } = useTranslation();
  const scopes = useScopes();
  const { kind, period } = budget;
  const named = (['number', 'gigId', 'userId'] as const).flatMap((field) => {
    const value = budget[field];
    return value ? [scopes[field].find((option) => option.value === value)?.label ?? '…'] : [];
  });
  const words = [
    t(`costs.periods.${period}`),
    t(kind ? `costs.kinds.${kind}` : 'costs.budgets.everything'),
    ...named,
  ];
  return <p className="budget-facts small">{words.join(' · ')}</p>;
}

function Acts({ budget, onEdit }: { budget: Budget; onEdit: (budget: Budget) => void }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { done } = useNotify();
  const { id, name } = budget;
  const remove = () =>
    confirm({
      title: t('costs.budgets.removeTitle', { name }),
      content: t('costs.budgets.removeText'),
      confirm: t('common.delete'),
      action: async () => {
        await costs.removeBudget(id);
        done(t('costs.budgets.removed'));
        await queryClient.invalidateQueries({ queryKey: keys.budgets });
      },
    });
  const shared = { size: 'small', permission: 'costs:manage' } as const;
  return (
    <div className="row-actions">
      <ActionButton
        {...shared}
        aria-label={t('costs.budgets.editOf', { name })}
        onClick={() => onEdit(budget)}
      >
        {t('costs.change')}
      </ActionButton>
      <ActionButton {...shared} aria-label={t('costs.budgets.removeOf', { name })} onClick={remove}>
        {t('common.delete')}
      </ActionButton>
    </div>
  );
}
