import { Button, Form } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSignOut } from '../api/session.ts';
import { ErrorNotice } from '../ui/ErrorNotice.tsx';
import { CompanyFields, useCreateCompany } from './NewCompanyModal.tsx';
import { Welcome } from './Welcome.tsx';

/** Signed in, but a member of nothing yet. */
export function NoCompanyPage() {
  const { t } = useTranslation();
  const creating = useCreateCompany();
  const signOut = useSignOut();
  return (
    <Welcome title={t('shell.noCompanyTitle')} text={t('shell.noCompanyText')}>
      <Form
        layout="vertical"
        requiredMark={false}
        onFinish={(values: { name: string; country: string }) => creating.mutate(values)}
      >
        <CompanyFields />
        <ErrorNotice error={creating.error} />
        <Button type="primary" htmlType="submit" block loading={creating.isPending}>
          {t('shell.createCompany')}
        </Button>
      </Form>
      <Button type="link" block onClick={() => signOut.mutate()}>
        {t('shell.signOut')}
      </Button>
    </Welcome>
  );
}
