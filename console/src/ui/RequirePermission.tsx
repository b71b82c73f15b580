import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Permission } from '../api/types.ts';
import { useReason } from './ActionButton.tsx';
import { EmptyState } from './EmptyState.tsx';

/** A page's content for those whose role may read it; for others, the reason. */
export function RequirePermission({ permission, children }: { permission: Permission; children: ReactNode }) {
  const { t } = useTranslation();
  const reason = useReason(permission);
  if (!reason) return children;
  return (
    <div className="panel">
      <EmptyState title={t('settings.noPermission')} text={reason} />
    </div>
  );
}
