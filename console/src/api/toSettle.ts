import { useQuery } from '@tanstack/react-query';
import { keys } from './keys.ts';
import { useMay } from './session.ts';
import { transactions } from './transactions.ts';

/** What waits, is in hand, and needs a person; for those who may see transactions. */
export function useQueue() {
  const may = useMay();
  return useQuery({
    queryKey: keys.transactionQueue,
    queryFn: transactions.queue,
    enabled: may('transactions:read'),
  });
}

/** How many transactions a person has to settle: outcome not known, or disputed. */
export function useToSettle(): number {
  const { data } = useQueue();
  return (data?.states.unknown ?? 0) + (data?.states.disputed ?? 0);
}
