import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { checkAddress } from '../../../../server/modules/compliance/model.ts';
import type { Address } from '../../api/types.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { CountrySelect } from '../../ui/CountrySelect.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { violationText } from './criteria.ts';
import type { AnswerProps } from './RequirementCard.tsx';
import { useSubmission } from './useSubmission.ts';

type Part = keyof Address;

const PARTS: [part: Part, optional: boolean, autoComplete: string][] = [
  ['businessName', false, 'organization'],
  ['firstName', false, 'given-name'],
  ['lastName', false, 'family-name'],
  ['street', false, 'address-line1'],
  ['extended', true, 'address-line2'],
  ['postalCode', true, 'postal-code'],
  ['locality', false, 'address-level2'],
  ['administrativeArea', true, 'address-level1'],
];

/** A postal address; in its zone when the requirement says so. */
export function AddressAnswer({ group, requirement, lockedBecause }: AnswerProps) {
  const { t } = useTranslation();
  const { country } = useFormat();
  const [form] = Form.useForm<Address>();
  const saving = useSubmission(group.id, requirement.field);

  const checkCountry = async (_rule: unknown, code: string) => {
    const violation = checkAddress(
      requirement.acceptanceCriteria,
      { ...form.getFieldsValue(), country: code },
      group.destinationZone,
    );
    if (violation?.rule === 'wrong_country') throw new Error(violationText(violation, t, country));
  };
  const save = (address: Address) => {
    const filled = Object.entries(address).filter(([, value]) => value?.trim());
    saving.mutate({
      address: Object.fromEntries(filled.map(([part, value]) => [part, value.trim()])) as unknown as Address,
    });
  };
  return (
    <Form<Address>
      form={form}
      name={`address-${requirement.field}`}
      layout="vertical"
      requiredMark={false}
      disabled={lockedBecause !== null}
      initialValues={submittedAddress(requirement.submittedValue) ?? { country: group.destinationZone }}
      onFinish={save}
      className="answer"
    >
      <ErrorNotice error={saving.error} />
      <div className="address-grid">
        {PARTS.map(([part, optional, autoComplete]) => {
          const label = t(`compliance.address.${part}`);
          return (
            <Form.Item
              key={part}
              name={part}
              className={part === 'businessName' ? 'address-wide' : undefined}
              label={optional ? t('compliance.address.optional', { label }) : label}
              rules={
                optional
                  ? []
                  : [{ required: true, whitespace: true, message: t('compliance.violations.missing_part') }]
              }
            >
              <Input maxLength={200} autoComplete={autoComplete} />
            </Form.Item>
          );
        })}
        <Form.Item
          name="country"
          label={t('compliance.address.country')}
          rules={[{ validator: checkCountry }]}
        >
          <CountrySelect />
        </Form.Item>
      </div>
      <ActionButton
        htmlType="submit"
        permission="compliance:submit"
        blockedBecause={lockedBecause}
        loading={saving.isPending}
        aria-label={t('compliance.requirement.saveOf', { name: requirement.name })}
      >
        {t('compliance.requirement.save')}
      </ActionButton>
    </Form>
  );
}

function submittedAddress(value: AnswerProps['requirement']['submittedValue']): Address | null {
  return typeof value === 'object' && value !== null && 'street' in value ? value : null;
}
