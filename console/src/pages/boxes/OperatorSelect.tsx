import { AutoComplete } from 'antd';
import { useTranslation } from 'react-i18next';
import { OPERATORS, operatorKey } from '../../../../server/modules/callbox/model.ts';
import { useOperatorName } from './boxTexts.tsx';

interface Props {
  value?: string;
  onChange?: (operator: string | undefined) => void;
  id?: string;
}

/** One of the known operators, or another one by name. */
export function OperatorSelect({ value, onChange, id }: Props) {
  const { t } = useTranslation();
  const name = useOperatorName();
  return (
    <AutoComplete
      id={id}
      className="grow-block"
      placeholder={t('boxes.chooseOperator')}
      value={value ? name(value) : undefined}
      allowClear
      maxLength={30}
      onChange={(text?: string) => onChange?.(text ? (operatorKey(text) ?? undefined) : undefined)}
      options={OPERATORS.map((operator) => ({ value: name(operator) }))}
      showSearch={{
        filterOption: (typed, option) =>
          (operatorKey(String(option?.value)) ?? '').startsWith(operatorKey(typed) ?? ''),
      }}
    />
  );
}
