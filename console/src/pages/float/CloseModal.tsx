import { Form, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { float as floatApi } from '../../api/float.ts';
import type { FloatSim } from '../../api/floatTypes.ts';
import { francsInput } from '../../ui/francsInput.ts';
import { CloseDayModal } from './CloseDayModal.tsx';

/** Closes a day of one SIM. */
export function CloseModal({ sim, open, onClose }: { sim: FloatSim; open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <CloseDayModal<{ statementBalance?: number | null }>
      title={t('float.close.title')}
      text={t('float.close.text')}
      close={(closed, { statementBalance = null }) => floatApi.close(sim.id, { ...closed, statementBalance })}
      open={open}
      onClose={onClose}
    >
      <Form.Item
        name="statementBalance"
        label={t('float.close.statement')}
        extra={t('float.close.statementHint')}
      >
        <InputNumber<number> {...francsInput} min={0} className="grow-block" />
      </Form.Item>
    </CloseDayModal>
  );
}
