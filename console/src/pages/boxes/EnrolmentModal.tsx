import { Button, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { QrImage } from '../../ui/QrImage.tsx';
import { CopyText, Moment } from '../../ui/texts.tsx';
import { boxName } from './logic/boxState.ts';
import { commandOf, enrolmentLink } from './logic/enrolment.ts';
import type { Enrolled } from './NewBoxDrawer.tsx';

/** The one-time code of a box: shown once, to type or to scan where the box stands. */
export function EnrolmentModal({ enrolled, onClose }: { enrolled: Enrolled | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      open={enrolled !== null}
      title={enrolled ? t('boxes.enrol.title', { name: boxName(enrolled.box) }) : ''}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      destroyOnHidden
      footer={
        <Button type="primary" onClick={onClose}>
          {t('boxes.enrol.done')}
        </Button>
      }
    >
      {enrolled && <Enrolment enrolled={enrolled} />}
    </Modal>
  );
}

function Enrolment({ enrolled: { box, enrolment } }: { enrolled: Enrolled }) {
  const { t } = useTranslation();
  const server = location.origin;
  const command = commandOf({ server, code: enrolment.code });
  return (
    <div className="stack">
      <p>{t('boxes.enrol.text')}</p>
      <p className="enrol-code" translate="no">
        {enrolment.code}
      </p>
      <CopyText text={enrolment.code} label={t('boxes.enrol.copyCode')} />
      <div>
        <h3>{t('boxes.enrol.command')}</h3>
        <p className="muted small">{t('boxes.enrol.commandText')}</p>
      </div>
      <p className="secret enrol-command" translate="no">
        {command}
      </p>
      <CopyText text={command} label={t('boxes.enrol.copyCommand')} />
      <QrImage
        text={enrolmentLink({ server, code: enrolment.code, box: box.callboxId })}
        alt={t('boxes.enrol.qrAlt')}
      />
      <p className="muted small">
        {t('boxes.enrol.until')} <Moment at={enrolment.expiresAt} />. {t('boxes.enrol.once')}
      </p>
    </div>
  );
}
