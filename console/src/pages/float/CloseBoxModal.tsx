import { useQuery } from '@tanstack/react-query';
import { Form, InputNumber } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Box } from '../../api/boxTypes.ts';
import { float as floatApi } from '../../api/float.ts';
import type { FloatSim } from '../../api/floatTypes.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { francsInput } from '../../ui/francsInput.ts';
import { Operator, useSlotName } from '../boxes/boxTexts.tsx';
import { CloseDayModal } from './CloseDayModal.tsx';

/** Closes a day of a whole box, as whoever stands beside it with the statements in hand does. */
export function CloseBoxButton({ box }: { box: Box }) {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState(false);
  const { data } = useQuery({
    queryKey: keys.float,
    queryFn: floatApi.sims,
    enabled: may('transactions:read'),
  });
  const sims = (data?.sims ?? []).filter((sim) => sim.box.id === box.id && sim.floatKnownSince);
  return (
    <>
      <ActionButton
        size="small"
        permission="float:manage"
        blockedBecause={data && sims.length === 0 && t('float.notCounted')}
        onClick={() => setOpen(true)}
      >
        {t('float.close.open')}
      </ActionButton>
      <CloseBoxModal box={box} sims={sims} open={open} onClose={() => setOpen(false)} />
    </>
  );
}

interface Props {
  box: Box;
  sims: FloatSim[];
  open: boolean;
  onClose: () => void;
}

/** A balance for each SIM whose statement is at hand. */
interface Counted {
  statements?: Record<string, number | null>;
}

const counted = ({ statements = {} }: Counted) =>
  Object.entries(statements).flatMap(([simId, statementBalance]) =>
    typeof statementBalance === 'number' ? [{ simId, statementBalance }] : [],
  );

function CloseBoxModal({ box, sims, open, onClose }: Props) {
  const { t } = useTranslation();
  const slotName = useSlotName();
  return (
    <CloseDayModal<Counted>
      title={t('floatAlerts.closeBox', { name: box.label || box.callboxId })}
      text={t('floatAlerts.closeBoxText')}
      close={(closed, values) => floatApi.closeBox(box.id, { ...closed, statements: counted(values) })}
      open={open}
      onClose={onClose}
    >
      {sims.map((sim) => (
        <Form.Item
          key={sim.id}
          name={['statements', sim.id]}
          label={
            <>
              <Operator operator={sim.operator} /> {slotName(sim.slot)} · {t('float.close.statement')}
            </>
          }
        >
          <InputNumber<number> {...francsInput} min={0} className="grow-block" />
        </Form.Item>
      ))}
    </CloseDayModal>
  );
}
