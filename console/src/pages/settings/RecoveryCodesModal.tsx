import { DownloadOutlined } from '@ant-design/icons';
import { Button, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { download } from '../../ui/download.ts';
import { CopyText } from '../../ui/texts.tsx';

/** Recovery codes, shown once, to be kept elsewhere. */
export function RecoveryCodesModal({ codes, onClose }: { codes: string[] | null; onClose: () => void }) {
  const { t } = useTranslation();
  const text = (codes ?? []).join('\n');
  return (
    <Modal
      open={codes !== null}
      title={t('settings.security.codesTitle')}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      footer={
        <>
          <Button
            icon={<DownloadOutlined />}
            onClick={() =>
              download('relais-recovery-codes.txt', new Blob([`${text}\n`], { type: 'text/plain' }))
            }
          >
            {t('settings.security.download')}
          </Button>
          <Button type="primary" onClick={onClose}>
            {t('settings.security.codesDone')}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>{t('settings.security.codesText')}</p>
        <ul className="recovery-codes">
          {codes?.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ul>
        <CopyText text={text} label={t('settings.security.copyCodes')} />
      </div>
    </Modal>
  );
}
