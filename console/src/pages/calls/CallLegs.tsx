import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { CallLeg } from '../../api/callTypes.ts';
import { members as membersApi } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { clockText } from '../../softphone/logic/timer.ts';
import { phoneText } from '../../ui/format.ts';

/** The telephones and browsers in a call, and what became of each. */
export function CallLegs({ legs }: { legs: CallLeg[] }) {
  const { t } = useTranslation();
  const legName = useLegName();
  return (
    <ul className="call-legs">
      {legs.map((leg) => (
        <li key={leg.id}>
          <div>
            <strong>{legName(leg)}</strong>{' '}
            <span className="muted small">{t(`calls.drawer.parties.${leg.party}`)}</span>
            {leg.endReason && <div className="muted small">{leg.endReason.message}</div>}
          </div>
          <span className="muted small">
            {leg.answeredAt && leg.duration !== null
              ? t('calls.drawer.talked', { time: clockText(leg.duration) })
              : t(`calls.drawer.legStates.${leg.state}`)}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Who or what a leg is: a number, or the browser of a colleague. */
export function useLegName(): (leg: Pick<CallLeg, 'address' | 'userId'>) => string {
  const { t } = useTranslation();
  const may = useMay();
  const { data } = useQuery({
    queryKey: keys.members,
    queryFn: membersApi.list,
    enabled: may('members:read'),
  });
  return ({ address, userId }) => {
    const name = data?.members.find((member) => member.userId === userId)?.name;
    if (address.startsWith('browser:'))
      return name ? t('calls.drawer.inBrowser', { name }) : t('calls.drawer.aBrowser');
    return [name, phoneText(address)].filter(Boolean).join(', ');
  };
}
