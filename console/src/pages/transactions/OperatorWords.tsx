import { useTranslation } from 'react-i18next';
import type { MessageVerdict, OperatorWording } from '../../api/transactionTypes.ts';
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx';
import { Moment } from '../../ui/texts.tsx';

export const VERDICT_TONES: Record<MessageVerdict, Tone> = {
  settled: 'good',
  confirmed: 'good',
  balance: 'info',
  ambiguous: 'wait',
  unmatched: 'wait',
  conflicting: 'bad',
  untrusted: 'bad',
  unread: 'calm',
};

/** What the operator wrote to the SIM, word for word. */
export function OperatorWords({ messages }: { messages: OperatorWording[] }) {
  const { t } = useTranslation();
  return (
    <ul className="operator-words">
      {messages.map((message) => (
        <li key={message.id}>
          <div className="sample">{message.body}</div>
          <div className="muted small operator-words-foot">
            <span>{message.sender}</span> <Moment at={message.receivedAt} />
            <StatusTag tone={VERDICT_TONES[message.verdict]}>
              {t(`operatorTexts.verdicts.${message.verdict}`)}
            </StatusTag>
          </div>
        </li>
      ))}
    </ul>
  );
}
