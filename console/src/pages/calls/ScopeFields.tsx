import { useQuery } from '@tanstack/react-query';
import { Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { SCOPES, type ScopeKind } from '../../api/callQuality.ts';
import { members as membersApi } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { useOurNumbers } from '../../softphone/useOurNumbers.ts';
import { countriesByName, phoneText } from '../../ui/format.ts';
import type { RuleForm } from './ruleForm.ts';

/** Which calls a rule looks at: all, or each number, person, country or provider on its own, or one of them alone. */
export function ScopeFields() {
  const { t } = useTranslation();
  const form = Form.useFormInstance<RuleForm>();
  const scope: ScopeKind = Form.useWatch('scope', form) ?? 'all';
  const options = useSubjects(scope);
  return (
    <>
      <Form.Item name="scope" label={t('callQuality.rules.scope')}>
        <Select
          onChange={() => form.setFieldValue('scopeValue', undefined)}
          options={SCOPES.map((value) => ({ value, label: t(`callQuality.rules.scopes.${value}`) }))}
        />
      </Form.Item>
      {scope !== 'all' && (
        <Form.Item name="scopeValue" label={t('callQuality.rules.scopeValue')}>
          <Select
            allowClear
            placeholder={t('callQuality.rules.scopeAny')}
            showSearch={{ optionFilterProp: 'label' }}
            options={options}
          />
        </Form.Item>
      )}
    </>
  );
}

function useSubjects(scope: ScopeKind): { value: string; label: string }[] {
  const { t, i18n } = useTranslation();
  const numbers = useOurNumbers().numbers ?? [];
  const { data } = useQuery({ queryKey: keys.members, queryFn: membersApi.list });
  switch (scope) {
    case 'number':
      return numbers.map(({ phoneNumber }) => ({ value: phoneNumber, label: phoneText(phoneNumber) }));
    case 'user':
      return (data?.members ?? []).map(({ userId, name, email }) => ({
        value: userId,
        label: name || email,
      }));
    case 'country':
      return countriesByName(i18n.language).map(({ code, name }) => ({ value: code, label: name }));
    case 'provider':
      return (['telnyx', 'twilio'] as const).map((value) => ({
        value,
        label: t(`common.providers.${value}`),
      }));
    case 'all':
      return [];
  }
}
