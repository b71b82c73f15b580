import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, Form, Radio, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { gigs as gigsApi } from '../../../api/gigs.ts';
import { keys } from '../../../api/keys.ts';
import { phoneNumberService } from '../../../api/phoneNumberService.ts';
import type { Gig, NumberType, Provider } from '../../../api/types.ts';
import { ActionButton } from '../../../ui/ActionButton.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../../ui/ErrorNotice.tsx';
import { phoneText } from '../../../ui/format.ts';
import { useFormat } from '../../../ui/useFormat.ts';
import { GigDrawer } from '../../gigs/GigDrawer.tsx';
import type { Setup } from './useSetup.ts';
import { useCountryRequirements } from './useSetup.ts';

const ALL_GIGS = { limit: 200 };
const TYPES: NumberType[] = ['local', 'mobile', 'national', 'toll_free'];
const PROVIDERS: Provider[] = ['telnyx', 'twilio'];

/** What the number is for, who sells it, and of which kind. */
export function GigStep({ setup }: { setup: Setup }) {
  const { t } = useTranslation();
  const { country } = useFormat();
  const gigs = useQuery({ queryKey: keys.gigs(ALL_GIGS), queryFn: () => gigsApi.list(ALL_GIGS) });
  const [gigId, setGigId] = useState(setup.gig?.id ?? null);
  const [provider, setProvider] = useState<Provider>(setup.provider);
  const [type, setType] = useState<NumberType>(setup.type);
  const [creating, setCreating] = useState(false);

  const list = gigs.data?.gigs ?? [];
  const chosenId = gigId ?? setup.gig?.id ?? (list.length === 1 ? list[0]?.id : undefined) ?? null;
  const gig = list.find(({ id }) => id === chosenId) ?? null;
  const add = (
    <ActionButton icon={<PlusOutlined />} permission="gigs:manage" onClick={() => setCreating(true)}>
      {t('gigs.add')}
    </ActionButton>
  );
  const drawer = (
    <GigDrawer
      gig={creating ? 'new' : null}
      onClose={() => setCreating(false)}
      onCreated={({ id }) => setGigId(id)}
    />
  );
  if (gigs.data && !list.length) {
    return (
      <div className="panel">
        <EmptyState title={t('gigs.emptyTitle')} text={t('gigs.emptyText')} action={add} />
        {drawer}
      </div>
    );
  }
  return (
    <div className="panel panel-pad setup-step">
      <ErrorNotice error={gigs.error} onRetry={() => void gigs.refetch()} />
      <Form
        layout="vertical"
        requiredMark={false}
        onFinish={() => gig && setup.go('paperwork', { gig: gig.id, provider, type })}
      >
        <Form.Item label={t('setup.gig.gig')} htmlFor="setup-gig" extra={t('setup.gig.gigHint')}>
          <div className="answer-row">
            <Select
              id="setup-gig"
              className="grow"
              value={chosenId ?? undefined}
              onChange={setGigId}
              loading={gigs.isPending}
              placeholder={t('setup.gig.choose')}
              showSearch={{ optionFilterProp: 'label' }}
              options={list.map((item) => ({
                value: item.id,
                label: `${item.name} (${country(item.destinationZone)})`,
              }))}
            />
            {add}
          </div>
        </Form.Item>
        <Form.Item label={t('setup.gig.provider')} extra={t('setup.gig.providerHint')}>
          <Radio.Group
            aria-label={t('setup.gig.provider')}
            value={provider}
            onChange={(event) => setProvider(event.target.value)}
            optionType="button"
            options={PROVIDERS.map((value) => ({ value, label: t(`common.providers.${value}`) }))}
          />
        </Form.Item>
        <Form.Item label={t('setup.gig.type')}>
          <Radio.Group
            aria-label={t('setup.gig.type')}
            value={type}
            onChange={(event) => setType(event.target.value)}
            options={TYPES.map((value) => ({ value, label: t(`common.numberTypes.${value}`) }))}
          />
        </Form.Item>
        {gig && <Outlook gig={gig} provider={provider} type={type} />}
        <div className="step-foot">
          <ActionButton
            type="primary"
            htmlType="submit"
            permission="numbers:buy"
            blockedBecause={!gig && t('setup.gig.chooseFirst')}
          >
            {t('common.continue')}
          </ActionButton>
        </div>
      </Form>
      {drawer}
    </div>
  );
}

/** What to expect for this choice: paperwork or none, and whether the gig has a number already. */
function Outlook({ gig, provider, type }: { gig: Gig; provider: Provider; type: NumberType }) {
  const { t } = useTranslation();
  const { country } = useFormat();
  const asked = useCountryRequirements(gig.destinationZone, { provider, type });
  const owned = useQuery({
    queryKey: keys.gigNumbers(gig.id),
    queryFn: () => phoneNumberService.checkGig(gig.id),
  });
  const name = country(gig.destinationZone);
  const count = asked.data?.requirements.length ?? 0;
  return (
    <div className="stack" aria-live="polite">
      <ErrorNotice error={asked.error} />
      {asked.isPending && <p className="muted">{t('setup.gig.asking', { country: name })}</p>}
      {asked.data && (
        <Alert
          type={count ? 'info' : 'success'}
          showIcon
          title={
            count
              ? t('setup.gig.asksFor', { count, country: name })
              : t('setup.gig.asksNothing', { country: name })
          }
        />
      )}
      {owned.data?.number && (
        <Alert
          type="warning"
          showIcon
          title={t('setup.gig.hasNumber', {
            gig: gig.name,
            number: phoneText(owned.data.number.phoneNumber),
          })}
        />
      )}
    </div>
  );
}
