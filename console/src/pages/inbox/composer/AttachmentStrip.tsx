import { CloseOutlined } from '@ant-design/icons';
import { Progress } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Media } from '../../../api/inboxTypes.ts';
import { useFormat } from '../../../ui/useFormat.ts';
import { fileKind, mediaKind } from '../logic/media.ts';
import { fileSign } from '../thread/MediaGrid.tsx';
import type { Uploading } from './useAttachments.ts';

interface Props {
  media: Media[];
  uploading: Uploading[];
  onRemove: (id: string) => void;
  onStop: (key: number) => void;
}

/** What will be sent along. */
export function AttachmentStrip({ media, uploading, onRemove, onStop }: Props) {
  const { t } = useTranslation();
  const { size } = useFormat();
  if (!media.length && !uploading.length) return null;
  return (
    <ul className="attachments" aria-label={t('inbox.attachments')}>
      {media.map((each) => {
        const name = each.filename || t(`inbox.fileKinds.${fileKind(each.content_type)}`);
        return (
          <li key={each.id} className="attachment">
            <Preview media={each} />
            <span className="attachment-name" title={name}>
              {name}
              {each.size_bytes !== null && <small>{size(each.size_bytes)}</small>}
            </span>
            <button
              type="button"
              aria-label={t('inbox.removeFile', { name })}
              onClick={() => onRemove(each.id)}
            >
              <CloseOutlined aria-hidden />
            </button>
          </li>
        );
      })}
      {uploading.map(({ key, name, share }) => (
        <li key={key} className="attachment">
          <Progress
            type="circle"
            size={28}
            percent={Math.round(share * 100)}
            aria-label={t('inbox.uploading', { name })}
          />
          <span className="attachment-name" title={name}>
            {name}
          </span>
          <button type="button" aria-label={t('inbox.removeFile', { name })} onClick={() => onStop(key)}>
            <CloseOutlined aria-hidden />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The picture itself, else a sign; a draft of yesterday may have outlived the address of its picture. */
function Preview({ media }: { media: Media }) {
  const [isBroken, setBroken] = useState(false);
  if (mediaKind(media.content_type) === 'image' && media.url && !isBroken)
    return <img src={media.url} alt="" onError={() => setBroken(true)} />;
  return <span className="attachment-sign">{fileSign(media.content_type)}</span>;
}
