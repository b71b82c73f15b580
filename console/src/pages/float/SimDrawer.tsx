import { Drawer, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FloatSim } from '../../api/floatTypes.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { PhoneText } from '../../ui/texts.tsx';
import { usePhone } from '../../ui/useMedia.ts';
import { BoxLink, Difference, Francs, Operator, useSlotName } from '../boxes/boxTexts.tsx';
import { type Booking, BookModal } from './BookModal.tsx';
import { CloseModal } from './CloseModal.tsx';
import { Days } from './Days.tsx';
import { Entries } from './Entries.tsx';
import { differenceOf } from './logic/float.ts';
import { WatchModal } from './WatchModal.tsx';

/** One SIM's account: what it has, every entry, every closed day, and what a person books. */
export function SimDrawer({ sim, onClose }: { sim: FloatSim | null; onClose: () => void }) {
  const { t } = useTranslation();
  const isPhone = usePhone();
  return (
    <Drawer
      open={sim !== null}
      title={t('float.account')}
      size={isPhone ? '100%' : 640}
      onClose={onClose}
      destroyOnHidden
    >
      {sim && <Account key={sim.id} sim={sim} />}
    </Drawer>
  );
}

function Account({ sim }: { sim: FloatSim }) {
  const { t } = useTranslation();
  const slotName = useSlotName();
  return (
    <div className="stack call-drawer">
      <div className="transaction-head">
        <div>
          <h2>
            <Operator operator={sim.operator} />
          </h2>
          <p className="muted small">
            <BoxLink box={sim.box} /> · {slotName(sim.slot)}
            {sim.phoneNumber && (
              <>
                {' · '}
                <PhoneText value={sim.phoneNumber} />
              </>
            )}
          </p>
        </div>
      </div>
      <dl className="account">
        <div>
          <dt>{t('boxes.sims.available')}</dt>
          <dd>{sim.floatKnownSince ? <Francs amount={sim.available} /> : t('boxes.floatUnknown')}</dd>
        </div>
        <div>
          <dt>{t('boxes.sims.held')}</dt>
          <dd>
            <Francs amount={sim.floatKnownSince ? sim.held : null} />
          </dd>
        </div>
        <div>
          <dt>{t('boxes.sims.reported')}</dt>
          <dd>
            <Francs amount={sim.reportedBalance} /> <Difference amount={differenceOf(sim)} />
          </dd>
        </div>
        <div>
          <dt>{t('float.watch.mark')}</dt>
          <dd>
            <Francs amount={sim.lowFloatBelow} />
          </dd>
        </div>
      </dl>
      <Acts sim={sim} />
      <Tabs
        items={[
          { key: 'entries', label: t('float.entries.title'), children: <Entries sim={sim} /> },
          { key: 'days', label: t('float.days.title'), children: <Days sim={sim} /> },
        ]}
      />
    </div>
  );
}

function Acts({ sim }: { sim: FloatSim }) {
  const { t } = useTranslation();
  const [booking, setBooking] = useState<Booking | null>(null);
  const [open, setOpen] = useState<'close' | 'watch' | null>(null);
  const notCounted = sim.floatKnownSince === null && t('float.notCounted');
  return (
    <div className="transaction-acts">
      {sim.floatKnownSince === null ? (
        <ActionButton type="primary" permission="float:manage" onClick={() => setBooking('opening')}>
          {t('float.book.open.opening')}
        </ActionButton>
      ) : (
        <>
          <ActionButton type="primary" permission="float:manage" onClick={() => setBooking('supply')}>
            {t('float.book.open.supply')}
          </ActionButton>
          <ActionButton permission="float:manage" onClick={() => setBooking('adjustment')}>
            {t('float.book.open.adjustment')}
          </ActionButton>
        </>
      )}
      <ActionButton permission="float:manage" blockedBecause={notCounted} onClick={() => setOpen('close')}>
        {t('float.close.open')}
      </ActionButton>
      <ActionButton permission="float:manage" onClick={() => setOpen('watch')}>
        {t('float.watch.open')}
      </ActionButton>
      <BookModal sim={sim} booking={booking} onClose={() => setBooking(null)} />
      <CloseModal sim={sim} open={open === 'close'} onClose={() => setOpen(null)} />
      <WatchModal sim={sim} open={open === 'watch'} onClose={() => setOpen(null)} />
    </div>
  );
}
