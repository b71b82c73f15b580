import { useQuery } from '@tanstack/react-query';
import { float as floatApi } from '../../api/float.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { differenceOf } from '../float/logic/float.ts';

/** How far what each SIM reported is from the ledger of its time, by SIM. */
export function useDifferences(): ReadonlyMap<string, number | null> {
  const may = useMay();
  const { data } = useQuery({
    queryKey: keys.float,
    queryFn: floatApi.sims,
    enabled: may('transactions:read'),
    select: ({ sims }) => new Map(sims.map((sim) => [sim.id, differenceOf(sim)])),
  });
  return data ?? new Map();
}
