import { useQuery } from '@tanstack/react-query';
import { App } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { costs } from '../api/costs.ts';
import { keys } from '../api/keys.ts';
import { useMay } from '../api/session.ts';
import { showNotice } from '../notices/system.ts';
import { paths } from '../paths.ts';
import { useFormat } from '../ui/useFormat.ts';

/** Says, on whatever page one is, that a budget has reached a threshold: each once, and nothing of what was told before. */
export function BudgetNews() {
  const { t } = useTranslation();
  const { money } = useFormat();
  const { notification } = App.useApp();
  const navigate = useNavigate();
  const may = useMay();
  const { data } = useQuery({
    queryKey: keys.budgets,
    queryFn: costs.budgets,
    enabled: may('reports:read'),
  });
  const known = useRef<Set<string> | null>(null);
  useEffect(() => {
    if (!data) return;
    const before = known.current;
    known.current = new Set(data.alerts.map(({ id }) => id));
    const fresh = before ? data.alerts.filter(({ id }) => !before.has(id)) : [];
    // Of several thresholds of a budget that were passed at once, the highest says it all.
    for (const alert of fresh.filter(
      ({ budgetId, threshold }) =>
        !fresh.some((other) => other.budgetId === budgetId && other.threshold > threshold),
    )) {
      const { name, threshold, spent, amount, currency } = alert;
      const title = t('costs.budgets.newAlert', { name, percent: threshold });
      const description = t('costs.budgets.newAlertText', {
        spent: money({ amount: spent, currency }),
        amount: money({ amount, currency }),
      });
      void showNotice({
        ...{
          kind: 'budgets',
          tag: `budget.${alert.budgetId}`,
          path: paths.budgets,
          title,
          body: description,
        },
      });
      notification.warning({
        key: alert.id,
        title,
        description,
        duration: 0,
        role: 'alert',
        onClick: () => {
          notification.destroy(alert.id);
          void navigate(paths.budgets);
        },
      });
    }
  }, [data, notification, navigate, t, money]);
  return null;
}
