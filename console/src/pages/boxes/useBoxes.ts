import { useQuery } from '@tanstack/react-query';
import { boxes as boxesApi } from '../../api/boxes.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';

/** Silence is no news, so a fleet that is looked at is asked about now and then. */
const LOOK_MS = 15_000;

/** All boxes of the company; retired ones only when they are asked for. */
export function useBoxes(state: 'retired' | '' = '') {
  const may = useMay();
  const query = { state };
  return useQuery({
    queryKey: keys.boxes(query),
    queryFn: () => boxesApi.all(query),
    enabled: may('boxes:read'),
    refetchInterval: LOOK_MS,
  });
}
