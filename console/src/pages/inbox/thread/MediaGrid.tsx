import {
  FileOutlined,
  FilePdfOutlined,
  FileTextOutlined,
  UserOutlined,
  WarningOutlined,
} from '@ant-design/icons';
import { Spin } from 'antd';
import { type ReactNode, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message, MessageMedia } from '../../../api/inboxTypes.ts';
import { useFormat } from '../../../ui/useFormat.ts';
import { fileKind, isExpired, mediaKind } from '../logic/media.ts';
import { renewMedia } from '../useThread.ts';

/** The files of a message: pictures to look at, sounds and films to play, others to open. */
export function MediaGrid({ message }: { message: Message }) {
  const renewedFor = useRef<string | null>(null);
  /** Addresses live shortly: a broken one is asked for again, once. */
  const renew = (url: string | null) => {
    if (renewedFor.current === url) return;
    renewedFor.current = url;
    void renewMedia(message).catch(() => undefined);
  };
  return (
    <ul className="media">
      {message.media.map((media) => (
        <li key={media.id}>
          <One media={media} onBroken={() => renew(media.url)} />
        </li>
      ))}
    </ul>
  );
}

function One({ media, onBroken }: { media: MessageMedia; onBroken: () => void }) {
  const { t } = useTranslation();
  const { url, status, reason, content_type } = media;
  if (status === 'failed')
    return (
      <span className="media-file is-bad">
        <WarningOutlined aria-hidden />{' '}
        {t(`inbox.mediaReasons.${reason as 'gone'}`, { defaultValue: t('inbox.mediaFailed') })}
      </span>
    );
  if (status === 'pending' || !url)
    return (
      <span className="media-wait">
        <Spin size="small" /> {t('inbox.mediaPending')}
      </span>
    );
  const name = media.filename || t(`inbox.fileKinds.${fileKind(content_type)}`);
  switch (mediaKind(content_type)) {
    case 'image':
      return (
        <Opened url={url} onBroken={onBroken} className="media-image">
          <img src={url} alt={name} loading="lazy" onError={onBroken} />
        </Opened>
      );
    case 'audio':
      // biome-ignore lint/a11y/useMediaCaption: what people send has no captions
      return <audio controls preload="metadata" src={url} onError={onBroken} aria-label={name} />;
    case 'video':
      // biome-ignore lint/a11y/useMediaCaption: what people send has no captions
      return <video controls preload="metadata" src={url} onError={onBroken} aria-label={name} />;
    default:
      return <FileLink media={media} url={url} name={name} onBroken={onBroken} />;
  }
}

interface OpenedProps {
  url: string;
  onBroken: () => void;
  className: string;
  children: ReactNode;
}

/** Opens the file beside; an address that has expired is renewed first, and opens at the next press. */
function Opened({ url, onBroken, className, children }: OpenedProps) {
  return (
    <a
      className={className}
      href={url}
      target="_blank"
      rel="noreferrer"
      onClick={(event) => {
        if (!isExpired(url, Date.now())) return;
        event.preventDefault();
        onBroken();
      }}
    >
      {children}
    </a>
  );
}

interface FileLinkProps {
  media: MessageMedia;
  url: string;
  name: string;
  onBroken: () => void;
}

function FileLink({ media, url, name, onBroken }: FileLinkProps) {
  const { size } = useFormat();
  return (
    <Opened url={url} onBroken={onBroken} className="media-file">
      {fileSign(media.content_type)}
      <span className="media-name">{name}</span>
      {media.size_bytes !== null && <span className="media-size">{size(media.size_bytes)}</span>}
    </Opened>
  );
}

export function fileSign(contentType: string | null): ReactNode {
  const kind = fileKind(contentType);
  if (kind === 'pdf') return <FilePdfOutlined aria-hidden />;
  if (kind === 'vcard') return <UserOutlined aria-hidden />;
  return contentType?.startsWith('text/') ? <FileTextOutlined aria-hidden /> : <FileOutlined aria-hidden />;
}
