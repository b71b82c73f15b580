import { Button, type ButtonProps, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { useMay } from '../api/session.ts';
import type { Permission } from '../api/types.ts';

interface Props extends Omit<ButtonProps, 'disabled'> {
  /** What the person's role must grant. */
  permission?: Permission;
  /** Why it cannot be done now; empty when it can. */
  blockedBecause?: string | null | false;
}

/**
 * A button that is never hidden: when it cannot be used it says why. It stays focusable then (aria-disabled instead of
 * disabled), so that the reason is reached by keyboard and by screen readers too.
 */
export function ActionButton({ permission, blockedBecause, onClick, ...button }: Props) {
  const reason = useReason(permission, blockedBecause);
  if (!reason) return <Button {...button} onClick={onClick} />;
  const { href: _href, htmlType: _htmlType, ...inert } = button;
  return (
    <Tooltip title={reason}>
      <Button
        {...inert}
        className={`${button.className ?? ''} is-blocked`}
        aria-disabled
        aria-description={reason}
        onClick={(event) => event.preventDefault()}
      />
    </Tooltip>
  );
}

/** Why an act is refused: the role first, then the state; null when it is allowed. */
export function useReason(permission?: Permission, blockedBecause?: string | null | false): string | null {
  const may = useMay();
  const { t } = useTranslation();
  if (permission && !may(permission))
    return t('access.needs', { permission: t(`access.permissions.${permission}`) });
  return blockedBecause || null;
}
