import { PhoneOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { openDialler } from '../softphone/dialStore.ts';
import { ActionButton } from '../ui/ActionButton.tsx';
import { useMedia } from '../ui/useMedia.ts';

/** Calls somebody, from every page. */
export function DialButton() {
  const { t } = useTranslation();
  const isRoomy = useMedia('(min-width: 768px)');
  return (
    <ActionButton
      className="top-dial"
      icon={<PhoneOutlined />}
      permission="calls:make"
      title={t('calls.dial.open')}
      aria-label={t('calls.dial.title')}
      aria-keyshortcuts="Alt+Shift+D"
      onClick={() => openDialler()}
    >
      {isRoomy && t('calls.call')}
    </ActionButton>
  );
}
