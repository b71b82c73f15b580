import { SwapOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Call } from '../../api/callTypes.ts';
import { members as membersApi } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { phoneText } from '../../ui/format.ts';
import { useControl } from '../useControl.ts';

/** A transfer under way: whom one speaks with meanwhile, and both ways out. */
export function TransferLine({ call }: { call: Call }) {
  const { t } = useTranslation();
  const control = useControl(call.id);
  const name = useTargetName()(call.transfer?.to ?? '');
  const isTalking = call.transfer?.state === 'talking';
  const ends = (how: 'complete' | 'cancel') => ({
    loading: control.isPending && control.variables.do === 'endTransfer' && control.variables.how === how,
    onClick: () => control.mutate({ do: 'endTransfer', how }),
  });
  return (
    <div className="call-transfer" role="status">
      <span>
        <SwapOutlined aria-hidden />{' '}
        {t(isTalking ? 'calls.transfer.talking' : 'calls.transfer.calling', { to: name })}
      </span>
      <span className="call-transfer-acts">
        <Button size="small" {...ends('cancel')}>
          {t('calls.transfer.cancel')}
        </Button>
        <Button size="small" type="primary" disabled={!isTalking} {...ends('complete')}>
          {t('calls.transfer.complete')}
        </Button>
      </span>
    </div>
  );
}

/** A colleague's name for the id that a transfer carries, or a number for reading. */
function useTargetName(): (to: string) => string {
  const { data } = useQuery({ queryKey: keys.members, queryFn: membersApi.list });
  return (to) => {
    const id = to.replace(/^browser:/, '');
    return data?.members.find(({ userId }) => userId === id)?.name ?? phoneText(to);
  };
}
