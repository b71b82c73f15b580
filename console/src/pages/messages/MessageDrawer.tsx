import { Drawer } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Message, MessageMedia } from '../../api/textTypes.ts';
import type { Dictionary } from '../../i18n/en.ts';
import { paths } from '../../paths.ts';
import { Facts } from '../../ui/Facts.tsx';
import { Copyable, Moment } from '../../ui/texts.tsx';
import { usePhone } from '../../ui/useMedia.ts';
import { useIntegrations } from '../inbox-settings/useIntegrations.ts';
import { FromTo } from './FromTo.tsx';
import { MessagePrice } from './MessagePrice.tsx';
import { MessageState } from './MessageStatusTag.tsx';

type FileReason = keyof Dictionary['texts']['history']['fileReasons'];

/** Everything that is known of one text. */
export function MessageDrawer({ message, onClose }: { message: Message | null; onClose: () => void }) {
  const { t } = useTranslation();
  const isPhone = usePhone();
  return (
    <Drawer
      open={message !== null}
      title={t('texts.history.details')}
      size={isPhone ? '100%' : 520}
      onClose={onClose}
      destroyOnHidden
    >
      {message && (
        <div className="stack">
          <FromTo from={message.from} to={message.to} />
          {message.text && <div className="sample">{message.text}</div>}
          <div>
            <MessageState message={message} isWhole />
          </div>
          <div className="links">
            <Link to={paths.conversation(message.conversation_id)}>
              {t('texts.optOuts.openConversation')}
            </Link>
            {message.contact_id && (
              <Link to={paths.contact(message.contact_id)}>{t('texts.history.openContact')}</Link>
            )}
          </div>
          <MessageFacts message={message} />
        </div>
      )}
    </Drawer>
  );
}

function MessageFacts({ message }: { message: Message }) {
  const { t } = useTranslation();
  const numbers = useIntegrations().data?.integrations ?? [];
  const ours = numbers.find(({ id }) => id === message.integration_id);
  const { error, author } = message;
  const moment = (at: string | null) => at && <Moment at={at} />;
  const facts: [string, ReactNode][] = [
    [t('texts.history.direction'), t(`texts.history.directions.${message.direction}`)],
    [t('common.provider'), message.provider && t(`common.providers.${message.provider}`)],
    [t('texts.history.facts.number'), ours?.name],
    [
      t('texts.history.facts.author'),
      author && t(`texts.history.byKinds.${author.kind}`, { name: author.name }),
    ],
    [t('texts.history.segments'), message.segments],
    [t('texts.history.facts.encoding'), message.encoding],
    [t('texts.history.price'), message.price && <MessagePrice message={message} />],
    [t('texts.history.facts.files'), message.media.length > 0 && <Files media={message.media} />],
    [t('texts.history.facts.created'), moment(message.created_at)],
    [t('texts.history.facts.sendAt'), moment(message.send_at)],
    [t('texts.history.facts.sent'), moment(message.sent_at)],
    [t('texts.history.facts.delivered'), moment(message.delivered_at)],
    [t('texts.history.facts.errorCode'), error && <code>{error.code}</code>],
    [t('texts.history.facts.providerCode'), error?.provider_code && <code>{error.provider_code}</code>],
    [t('texts.history.facts.providerMessage'), error?.provider_message],
    [t('texts.history.facts.lead'), message.lead_id && <Copyable text={message.lead_id} />],
    [t('texts.history.facts.externalId'), message.external_id && <Copyable text={message.external_id} />],
    [t('texts.history.facts.id'), <Copyable key="id" text={message.id} />],
  ];
  return <Facts facts={facts} />;
}

function Files({ media }: { media: MessageMedia[] }) {
  const { t, i18n } = useTranslation();
  return (
    <ul>
      {media.map(({ id, filename, content_type, status, reason, url }) => {
        const name = filename || content_type || id;
        return (
          <li key={id}>
            {status === 'stored' ? (
              <a href={url} target="_blank" rel="noreferrer">
                {name}
              </a>
            ) : (
              name
            )}{' '}
            <span className="muted small">
              {reason && i18n.exists(`texts.history.fileReasons.${reason}`)
                ? t(`texts.history.fileReasons.${reason as FileReason}`)
                : t(`texts.history.fileStates.${status}`)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
