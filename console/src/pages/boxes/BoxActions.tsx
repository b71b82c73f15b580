import { EditOutlined, EllipsisOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { Button, Dropdown } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { boxes as boxesApi } from '../../api/boxes.ts';
import type { Box } from '../../api/boxTypes.ts';
import { queryClient } from '../../api/queryClient.ts';
import { paths } from '../../paths.ts';
import { ActionButton, useReason } from '../../ui/ActionButton.tsx';
import { useConfirm } from '../../ui/useConfirm.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { BoxDrawer } from './BoxDrawer.tsx';
import { EnrolmentModal } from './EnrolmentModal.tsx';
import { boxName } from './logic/boxState.ts';
import type { Enrolled } from './NewBoxDrawer.tsx';
import { QuarantineModal } from './QuarantineModal.tsx';

const readAgain = () => queryClient.invalidateQueries({ queryKey: ['boxes'] });

const hasToken = ({ token }: Box) => token !== null && token.revokedAt === null;

/** What a person does with a box. */
export function BoxActions({ box }: { box: Box }) {
  const { t } = useTranslation();
  const { done, failed } = useNotify();
  const [open, setOpen] = useState<'edit' | 'quarantine' | null>(null);
  const [enrolled, setEnrolled] = useState<Enrolled | null>(null);
  const isRetired = box.retiredAt !== null && t('boxes.retire.isRetired');
  const releasing = useMutation({
    mutationFn: () => boxesApi.update(box.id, { quarantine: null }),
    onSuccess: () => done(t('boxes.quarantine.released')),
    onError: failed,
    onSettled: readAgain,
  });
  return (
    <>
      <ActionButton
        icon={<EditOutlined />}
        permission="boxes:manage"
        blockedBecause={isRetired}
        onClick={() => setOpen('edit')}
      >
        {t('boxes.edit.open')}
      </ActionButton>
      {box.quarantine ? (
        <ActionButton
          type="primary"
          permission="boxes:manage"
          blockedBecause={isRetired}
          loading={releasing.isPending}
          onClick={() => releasing.mutate()}
        >
          {t('boxes.quarantine.release')}
        </ActionButton>
      ) : (
        <ActionButton
          permission="boxes:manage"
          blockedBecause={isRetired}
          onClick={() => setOpen('quarantine')}
        >
          {t('boxes.quarantine.open')}
        </ActionButton>
      )}
      <MoreActions box={box} onEnrolled={setEnrolled} />
      <BoxDrawer box={box} open={open === 'edit'} onClose={() => setOpen(null)} />
      <QuarantineModal box={box} open={open === 'quarantine'} onClose={() => setOpen(null)} />
      <EnrolmentModal enrolled={enrolled} onClose={() => setEnrolled(null)} />
    </>
  );
}

interface MoreProps {
  box: Box;
  onEnrolled: (enrolled: Enrolled) => void;
}

/** What is rarely done, and mostly cannot be undone. */
function MoreActions({ box, onEnrolled }: MoreProps) {
  const { t } = useTranslation();
  const reason = useReason('boxes:manage');
  const { enrol, revoke, retire } = useRareActs(box, onEnrolled);
  const items = [
    { key: 'enrol', label: t('boxes.enrol.open'), disabled: box.retiredAt !== null, onClick: enrol },
    {
      key: 'revoke',
      label: t('boxes.revoke.open'),
      disabled: !hasToken(box),
      onClick: revoke,
    },
    { type: 'divider' as const },
    {
      key: 'retire',
      label: t('boxes.retire.open'),
      danger: true,
      disabled: box.retiredAt !== null,
      onClick: retire,
    },
  ];
  if (reason)
    return (
      <ActionButton
        icon={<EllipsisOutlined />}
        permission="boxes:manage"
        aria-label={t('boxes.moreActions')}
      />
    );
  return (
    <Dropdown menu={{ items }} trigger={['click']} placement="bottomRight">
      <Button icon={<EllipsisOutlined />} aria-label={t('boxes.moreActions')} />
    </Dropdown>
  );
}

function useRareActs(box: Box, onEnrolled: (enrolled: Enrolled) => void) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const navigate = useNavigate();
  const { done, failed } = useNotify();
  const name = boxName(box);
  const makeCode = async () => {
    const { enrolment } = await boxesApi.enrol(box.id);
    onEnrolled({ box, enrolment });
  };
  return {
    enrol: () =>
      hasToken(box)
        ? confirm({
            title: t('boxes.enrol.againTitle', { name }),
            content: t('boxes.enrol.againText'),
            confirm: t('boxes.enrol.again'),
            danger: false,
            action: makeCode,
          })
        : void makeCode().catch(failed),
    revoke: () =>
      confirm({
        title: t('boxes.revoke.title', { name }),
        content: t('boxes.revoke.text'),
        confirm: t('boxes.revoke.confirm'),
        action: async () => {
          await boxesApi.revoke(box.id);
          done(t('boxes.revoke.done'));
          await readAgain();
        },
      }),
    retire: () =>
      confirm({
        title: t('boxes.retire.title', { name }),
        content: t('boxes.retire.text'),
        confirm: t('boxes.retire.confirm'),
        action: async () => {
          await boxesApi.retire(box.id);
          done(t('boxes.retire.done', { name }));
          await readAgain();
          void navigate(paths.boxes);
        },
      }),
  };
}
