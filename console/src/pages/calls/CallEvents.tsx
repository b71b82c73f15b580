import { Timeline } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CallEventKind } from '../../../../server/modules/calls/model.ts';
import type { CallDetails, CallEvent } from '../../api/callTypes.ts';
import { phoneText } from '../../ui/format.ts';
import { useFormat } from '../../ui/useFormat.ts';
import { useLegName } from './CallLegs.tsx';

/** What happened in a call, in the order in which it did. */
export function CallEvents({ call }: { call: CallDetails }) {
  const wordsOf = useEventWords(call);
  const { time } = useFormat();
  return (
    <Timeline
      className="timeline"
      items={call.events.map((event) => ({
        key: event.id,
        content: (
          <>
            <span className="timeline-kind">{wordsOf(event)}</span>
            <div className="muted small">{[time(event.at), event.actor].filter(Boolean).join(' · ')}</div>
          </>
        ),
      }))}
    />
  );
}

function useEventWords(call: CallDetails): (event: CallEvent) => string {
  const { t, i18n } = useTranslation();
  const legName = useLegName();
  return ({ kind, legId, details }) => {
    if (!i18n.exists(`calls.events.${kind}`)) return kind;
    const leg = call.legs.find(({ id }) => id === legId);
    const to = leg ? legName(leg) : typeof details.to === 'string' ? phoneText(details.to) : '';
    return t(`calls.events.${kind as CallEventKind}`, { to }).trim();
  };
}
