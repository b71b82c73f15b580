import { Drawer, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { ErrorNotice } from './ErrorNotice.tsx';
import { usePhone } from './useMedia.ts';

interface Props {
  open: boolean;
  title: string;
  widthPx: number;
  onClose: () => void;
  query: { error: Error | null; refetch: () => unknown };
  /** What is shown once it is known; null until then. */
  children: ReactNode;
}

/** Everything that is known of one thing of a list, beside the list; on a phone, over all of it. */
export function DetailsDrawer({ open, title, widthPx, onClose, query, children }: Props) {
  const isPhone = usePhone();
  return (
    <Drawer open={open} title={title} size={isPhone ? '100%' : widthPx} onClose={onClose} destroyOnHidden>
      <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      {children ?? (!query.error && <Skeleton active paragraph={{ rows: 8 }} />)}
    </Drawer>
  );
}
