import { useMutation } from '@tanstack/react-query';
import { DatePicker, Modal } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { archives, type CallArchive } from '../../api/retention.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useNotify } from '../../ui/useNotify.ts';
import { useMonthName } from './ArchiveMonths.tsx';

const DAYS = 30;
const DAYS_MAX = 365;

/** Brings a month back until a day. */
export function RestoreModal({ archive, onClose }: { archive: CallArchive | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const monthName = useMonthName();
  const [until, setUntil] = useState(() => dayjs().add(DAYS, 'day'));
  const restoring = useMutation({
    mutationFn: (id: string) => archives.restore(id, until.endOf('day').toISOString()),
    onSuccess: async () => {
      done(t('archive.restoreAsked'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: keys.archives });
    },
  });
  const month = archive ? monthName(archive.month) : '';
  return (
    <Modal
      open={archive !== null}
      title={t('archive.restoreTitle', { month })}
      okText={t('archive.restore')}
      cancelText={t('common.cancel')}
      confirmLoading={restoring.isPending}
      onOk={() => archive && restoring.mutate(archive.id)}
      onCancel={onClose}
      afterClose={restoring.reset}
    >
      <ErrorNotice error={restoring.error} />
      {archive?.state === 'kept' && <p>{t('archive.restoreText', { count: archive.calls })}</p>}
      <div className="stack">
        <label htmlFor="restore-until">{t('archive.restoreUntil')}</label>
        <DatePicker
          id="restore-until"
          allowClear={false}
          value={until}
          minDate={dayjs()}
          maxDate={dayjs().add(DAYS_MAX, 'day')}
          onChange={(day) => day && setUntil(day)}
        />
      </div>
    </Modal>
  );
}
