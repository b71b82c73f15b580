import { useQuery } from '@tanstack/react-query';
import { Drawer, Skeleton, Timeline } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { keys } from '../../api/keys.ts';
import { optOuts } from '../../api/optOuts.ts';
import type { OptOut } from '../../api/textTypes.ts';
import { paths } from '../../paths.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { phoneText } from '../../ui/format.ts';
import { Moment } from '../../ui/texts.tsx';
import { usePhone } from '../../ui/useMedia.ts';
import { ConsentTag, OptOutSource } from './OptOutCells.tsx';

/** Everything that was recorded about one number's consent. */
export function OptOutProof({ phoneNumber, onClose }: { phoneNumber: string | null; onClose: () => void }) {
  const { t } = useTranslation();
  const isPhone = usePhone();
  return (
    <Drawer
      open={phoneNumber !== null}
      title={t('texts.optOuts.proofTitle', { number: phoneText(phoneNumber ?? '') })}
      size={isPhone ? '100%' : 460}
      onClose={onClose}
      destroyOnHidden
    >
      <p className="muted">{t('texts.optOuts.proofText')}</p>
      {phoneNumber && <Entries phoneNumber={phoneNumber} />}
    </Drawer>
  );
}

function useProof(phoneNumber: string) {
  return useQuery({ queryKey: keys.optOutProof(phoneNumber), queryFn: () => optOuts.of(phoneNumber) });
}

function Entries({ phoneNumber }: { phoneNumber: string }) {
  const { data, error, refetch } = useProof(phoneNumber);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton active />;
  return (
    <div className="timeline">
      <Timeline
        items={data.opt_outs.map((entry) => ({
          key: entry.id,
          color: entry.state === 'out' ? 'var(--r-bad)' : 'var(--r-good)',
          content: <Entry entry={entry} />,
        }))}
      />
    </div>
  );
}

function Entry({ entry }: { entry: OptOut }) {
  const { t } = useTranslation();
  return (
    <div className="proof">
      <ConsentTag state={entry.state} /> <Moment at={entry.at} />
      <div>
        <OptOutSource entry={entry} />
      </div>
      {entry.conversation_id && (
        <Link to={paths.conversation(entry.conversation_id)}>{t('texts.optOuts.openConversation')}</Link>
      )}
    </div>
  );
}
