import { useQuery } from '@tanstack/react-query';
import { integrations } from '../../api/integrations.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';

/** The numbers that this company texts with. */
export function useIntegrations() {
  const may = useMay();
  return useQuery({
    queryKey: keys.integrations,
    queryFn: integrations.list,
    enabled: may('messages:read'),
  });
}
