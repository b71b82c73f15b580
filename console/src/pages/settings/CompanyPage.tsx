import { useMutation, useQuery } from '@tanstack/react-query';
import { Form, Input, Select, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { company as companyApi } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import type { Company } from '../../api/types.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { CountrySelect } from '../../ui/CountrySelect.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { Copyable } from '../../ui/texts.tsx';
import { useNotify } from '../../ui/useNotify.ts';

type Fields = Pick<Company, 'name' | 'country' | 'timeZone' | 'currency'>;

function useCompanyDetails() {
  return useQuery({ queryKey: keys.company, queryFn: companyApi.get });
}

export default function CompanyPage() {
  const { t } = useTranslation();
  const { data, error, refetch } = useCompanyDetails();
  return (
    <PageFrame title={t('settings.company.title')} intro={t('settings.company.intro')}>
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      <div className="panel panel-pad narrow">
        {data ? <CompanyForm company={data.company} /> : <Skeleton active />}
      </div>
    </PageFrame>
  );
}

function CompanyForm({ company }: { company: Company }) {
  const { t } = useTranslation();
  const { done } = useNotify();
  const saving = useMutation({
    mutationFn: (fields: Fields) => companyApi.update(changed(company, fields)),
    onSuccess: async () => {
      done(t('common.saved'));
      await queryClient.invalidateQueries({ queryKey: keys.company });
      await queryClient.invalidateQueries({ queryKey: keys.me });
    },
  });
  const required = [{ required: true, whitespace: true, message: t('common.required') }];
  const zones = Intl.supportedValuesOf('timeZone').map((value) => ({
    value,
    label: value.replaceAll('_', ' '),
  }));
  const currencies = Intl.supportedValuesOf('currency').map((value) => ({ value, label: value }));
  const search = { optionFilterProp: 'label' };
  return (
    <Form<Fields>
      key={company.id}
      layout="vertical"
      requiredMark={false}
      initialValues={company}
      onFinish={(fields) => saving.mutate(fields)}
    >
      <ErrorNotice error={saving.error} />
      <Form.Item name="name" label={t('settings.company.name')} rules={required}>
        <Input maxLength={200} autoComplete="organization" />
      </Form.Item>
      <Form.Item name="country" label={t('settings.company.country')} rules={required}>
        <CountrySelect />
      </Form.Item>
      <Form.Item name="timeZone" label={t('settings.company.timeZone')} rules={required}>
        <Select showSearch={search} options={zones} />
      </Form.Item>
      <Form.Item name="currency" label={t('settings.company.currency')} rules={required}>
        <Select showSearch={search} options={currencies} />
      </Form.Item>
      <p className="muted small">
        {t('settings.company.id')} <Copyable text={company.id} />
      </p>
      <div className="step-foot">
        <ActionButton type="primary" htmlType="submit" permission="company:update" loading={saving.isPending}>
          {t('common.save')}
        </ActionButton>
      </div>
    </Form>
  );
}

/** Only what differs is sent, so that the audit log tells the truth. */
function changed(before: Fields, after: Fields): Partial<Fields> {
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => before[name as keyof Fields] !== value),
  );
}
