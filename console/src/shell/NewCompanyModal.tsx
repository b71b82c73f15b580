import { useMutation } from '@tanstack/react-query';
import { Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { company } from '../api/identity.ts';
import { openCompany } from '../api/session.ts';
import { CountrySelect } from '../ui/CountrySelect.tsx';
import { ErrorNotice } from '../ui/ErrorNotice.tsx';

interface Values {
  name: string;
  country: string;
}

/** Makes a company and opens it. */
export function useCreateCompany(onDone?: () => void) {
  return useMutation({
    mutationFn: async (values: Values) => {
      const made = await company.create(values);
      await openCompany(made.company.id);
    },
    onSuccess: onDone,
  });
}

export function CompanyFields() {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item
        name="name"
        label={t('shell.companyName')}
        rules={[{ required: true, whitespace: true, message: t('common.required') }]}
      >
        <Input maxLength={120} autoFocus autoComplete="organization" />
      </Form.Item>
      <Form.Item
        name="country"
        label={t('shell.companyCountry')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <CountrySelect />
      </Form.Item>
    </>
  );
}

export function NewCompanyModal({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Values>();
  const creating = useCreateCompany(onClose);
  return (
    <Modal
      open={open}
      title={t('shell.newCompany')}
      okText={t('shell.createCompany')}
      cancelText={t('common.cancel')}
      confirmLoading={creating.isPending}
      onOk={form.submit}
      onCancel={onClose}
      destroyOnHidden
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        preserve={false}
        onFinish={(values) => creating.mutate(values)}
      >
        <CompanyFields />
        <ErrorNotice error={creating.error} />
      </Form>
    </Modal>
  );
}
