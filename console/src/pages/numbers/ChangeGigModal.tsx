import { useMutation, useQuery } from '@tanstack/react-query';
import { Form, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { gigs as gigsApi } from '../../api/gigs.ts';
import { keys } from '../../api/keys.ts';
import { phoneNumberService } from '../../api/phoneNumberService.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { Gig, PhoneNumber } from '../../api/types.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { useNotify } from '../../ui/useNotify.ts';

const ALL_GIGS = { limit: 200 };
const NO_GIG = '';

/** Moves a number to another gig. */
export function ChangeGigModal({
  number,
  open,
  onClose,
}: {
  number: PhoneNumber;
  open: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { country } = useFormat();
  const { done } = useNotify();
  const [gigId, setGigId] = useState(number.gigId ?? NO_GIG);
  const gigs = useQuery({
    queryKey: keys.gigs(ALL_GIGS),
    queryFn: () => gigsApi.list(ALL_GIGS),
    enabled: open,
  });
  const moving = useMutation({
    mutationFn: () => phoneNumberService.moveToGig(number.id, gigId || null),
    onSuccess: async ({ number: moved }) => {
      done(t('numbers.gigChanged', { gig: moved.gigName ?? t('numbers.noGig') }));
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['numbers'] });
      await queryClient.invalidateQueries({ queryKey: ['gigs'] });
    },
  });
  const list = gigs.data?.gigs ?? [];
  const label = (gig: Gig) =>
    gig.destinationZone === number.country
      ? gig.name
      : `${gig.name} (${t('numbers.otherZone', { country: country(gig.destinationZone) })})`;
  return (
    <Modal
      open={open}
      title={t('numbers.changeGig')}
      okText={t('common.save')}
      cancelText={t('common.cancel')}
      okButtonProps={{ disabled: gigId === (number.gigId ?? NO_GIG) }}
      confirmLoading={moving.isPending}
      onOk={() => moving.mutate()}
      onCancel={onClose}
    >
      <ErrorNotice error={moving.error ?? gigs.error} />
      <Form layout="vertical">
        <Form.Item label={t('numbers.gigChoice')} htmlFor="number-gig">
          <Select
            id="number-gig"
            value={gigId}
            onChange={setGigId}
            loading={gigs.isPending}
            showSearch={{ optionFilterProp: 'label' }}
            options={[
              { value: NO_GIG, label: t('numbers.noGig') },
              ...list.map((gig) => ({ value: gig.id, label: label(gig) })),
            ]}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
