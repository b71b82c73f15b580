import { CheckOutlined, PlusOutlined, SwapOutlined } from '@ant-design/icons';
import { Dropdown } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useMe, useSwitchCompany } from '../api/session.ts';
import { paths } from '../paths.ts';
import { useNotify } from '../ui/useNotify.ts';
import { useRoleName } from '../ui/useRoleName.ts';
import { NewCompanyModal } from './NewCompanyModal.tsx';

const NEW = 'new';

/** The company on screen; its menu leads to the person's other companies. */
export function CompanySwitch({ onSwitched }: { onSwitched?: () => void }) {
  const { t } = useTranslation();
  const { company, companies, role, roleName } = useMe();
  const nameOf = useRoleName();
  const { failed } = useNotify();
  const navigate = useNavigate();
  const switching = useSwitchCompany();
  const [creating, setCreating] = useState(false);

  const choose = (key: string) => {
    if (key === NEW) return setCreating(true);
    if (key === company?.id) return;
    switching.mutate(key, {
      onError: failed,
      onSuccess: () => {
        onSwitched?.();
        void navigate(paths.home);
      },
    });
  };

  const items = [
    ...companies.map(({ id, name, ...mine }) => ({
      key: id,
      label: (
        <span className="company-option">
          {name} <small>{nameOf(mine)}</small>
        </span>
      ),
      icon: id === company?.id ? <CheckOutlined /> : <span className="icon-space" />,
    })),
    { type: 'divider' as const },
    { key: NEW, label: t('shell.newCompany'), icon: <PlusOutlined /> },
  ];
  return (
    <>
      <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => choose(key) }}>
        <button
          type="button"
          className="side-company"
          aria-label={t('shell.switchCompany', { company: company?.name ?? '' })}
        >
          <span className="side-company-text">
            <strong>{company?.name ?? t('shell.noCompany')}</strong>
            {role && <small>{nameOf({ role, roleName })}</small>}
          </span>
          <SwapOutlined rotate={90} aria-hidden />
        </button>
      </Dropdown>
      <NewCompanyModal open={creating} onClose={() => setCreating(false)} />
    </>
  );
}
