import { useRef, useState } from 'react';
import { MEDIA_MAX } from '../../../../../server/modules/messages/model.ts';
import { inbox } from '../../../api/inbox.ts';
import type { Media } from '../../../api/inboxTypes.ts';
import { useNotify } from '../../../ui/useNotify.ts';

export interface Uploading {
  key: number;
  name: string;
  share: number;
}

/** Files on their way to the server; those that have arrived belong to the draft. */
export function useAttachments(read: () => Media[], write: (media: Media[]) => void) {
  const { failed } = useNotify();
  const [uploading, setUploading] = useState<Uploading[]>([]);
  const count = useRef(0);
  const dropped = useRef(new Set<number>());

  const one = async (file: File) => {
    count.current += 1;
    const key = count.current;
    setUploading((list) => [...list, { key, name: file.name, share: 0 }]);
    const progress = (share: number) =>
      setUploading((list) => list.map((each) => (each.key === key ? { ...each, share } : each)));
    try {
      const { media } = await inbox.upload(file, progress);
      if (!dropped.current.has(key)) write([...read(), media]);
    } catch (error) {
      failed(error);
    } finally {
      setUploading((list) => list.filter((each) => each.key !== key));
    }
  };
  return {
    uploading,
    add: (files: File[]) => {
      const room = MEDIA_MAX - read().length - uploading.length;
      for (const file of files.slice(0, Math.max(0, room))) void one(file);
      return files.length <= room;
    },
    stop: (key: number) => {
      dropped.current.add(key);
      setUploading((list) => list.filter((each) => each.key !== key));
    },
  };
}

export type Attachments = ReturnType<typeof useAttachments>;
