import { useMutation } from '@tanstack/react-query';
import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { type GigInput, gigs } from '../../api/gigs.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { Gig } from '../../api/types.ts';
import { CountrySelect } from '../../ui/CountrySelect.tsx';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { useNotify } from '../../ui/useNotify.ts';

interface Props {
  /** The gig to edit, a new one, or none: closed. */
  gig: Gig | 'new' | null;
  onClose: () => void;
  onCreated?: (gig: Gig) => void;
}

/** Makes or changes a gig. */
export function GigDrawer({ gig, onClose, onCreated }: Props) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const known = gig === 'new' || gig === null ? null : gig;
  const saving = useMutation({
    mutationFn: (input: GigInput) =>
      known ? gigs.update(known.id, changes(known, input)) : gigs.create(input),
    onSuccess: async ({ gig: saved }) => {
      done(t(known ? 'gigs.saved' : 'gigs.created'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['gigs'] });
      if (!known) onCreated?.(saved);
    },
  });
  const zoneLocked = (known?.numberCount ?? 0) > 0;
  return (
    <FormDrawer<GigInput>
      open={gig !== null}
      title={t(known ? 'gigs.editTitle' : 'gigs.add')}
      submit={t(known ? 'common.save' : 'gigs.create')}
      initialValues={known ? { ...known, description: known.description ?? '' } : {}}
      saving={saving}
      onClose={onClose}
    >
      <Form.Item
        name="name"
        label={t('common.name')}
        rules={[{ required: true, whitespace: true, message: t('common.required') }]}
      >
        <Input maxLength={120} autoFocus autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="destinationZone"
        label={t('gigs.zone')}
        extra={t(zoneLocked ? 'gigs.zoneLocked' : 'gigs.zoneHint')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <CountrySelect disabled={zoneLocked} />
      </Form.Item>
      <Form.Item name="description" label={t('gigs.description')}>
        <Input.TextArea rows={3} maxLength={500} />
      </Form.Item>
    </FormDrawer>
  );
}

/** Only what differs is sent, so that the audit log tells the truth. */
function changes(gig: Gig, input: GigInput): Partial<GigInput> {
  const before: GigInput = {
    name: gig.name,
    destinationZone: gig.destinationZone,
    description: gig.description ?? '',
  };
  const entries = Object.entries(input).filter(
    ([key, value]) => (value ?? '') !== before[key as keyof GigInput],
  );
  return Object.fromEntries(entries);
}
