import { PhoneOutlined } from '@ant-design/icons';
import type { ButtonProps } from 'antd';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../ui/ActionButton.tsx';
import { phoneText } from '../ui/format.ts';
import { type DialWish, openDialler } from './dialStore.ts';

interface Props extends DialWish {
  to: string;
  /** The word beside the sign; without it the sign stands alone. */
  label?: string;
  size?: ButtonProps['size'];
  type?: ButtonProps['type'];
}

/** Calls a number from wherever it stands: opens the dialler with it. */
export function CallButton({ to, name, contactId, label, size, type = 'text' }: Props) {
  const { t } = useTranslation();
  const isNumber = /^\+\d+$/.test(to);
  const word = t('calls.callOf', { name: name || phoneText(to) });
  return (
    <ActionButton
      type={type}
      size={size}
      icon={<PhoneOutlined />}
      permission="calls:make"
      blockedBecause={!isNumber && t('calls.hiddenNumber')}
      aria-label={word}
      title={label ? undefined : word}
      onClick={() => openDialler({ to, name, contactId })}
    >
      {label}
    </ActionButton>
  );
}
