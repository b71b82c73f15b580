import { useQuery } from '@tanstack/react-query';
import type { Sender } from '../../api/inboxTypes.ts';
import { integrations } from '../../api/integrations.ts';
import { keys } from '../../api/keys.ts';

/** The company's numbers that can text now, the default one first. */
export function useSenders(): Sender[] {
  const { data } = useQuery({ queryKey: keys.integrations, queryFn: integrations.list });
  return (data?.integrations ?? [])
    .filter(({ is_active, features }) => is_active && features.sms)
    .sort((left, right) => Number(right.is_default) - Number(left.is_default))
    .map(({ id, name, provider, phone_number, features }) => ({
      ...{ id, name, provider, phone_number },
      mms: features.mms,
    }));
}
