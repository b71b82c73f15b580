import { useQuery } from '@tanstack/react-query';
import { keys } from './keys.ts';
import { recordings } from './recordings.ts';
import { useMay } from './session.ts';

const NEWEST = { unheard: '1', limit: 1 };

/** How many voicemail messages nobody has listened to yet. */
export function useUnheard(): number {
  const may = useMay();
  const { data } = useQuery({
    queryKey: keys.unheard,
    queryFn: () => recordings.voicemails(NEWEST),
    enabled: may('calls:read'),
  });
  return data?.unheard ?? 0;
}
