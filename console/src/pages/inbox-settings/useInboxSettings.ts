import { useQuery } from '@tanstack/react-query';
import { inboxSettings } from '../../api/inboxSettings.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';

/** How texts are read and answered. */
export function useInboxSettings() {
  const may = useMay();
  return useQuery({
    queryKey: keys.inboxSettings,
    queryFn: inboxSettings.get,
    enabled: may('messages:read'),
  });
}
