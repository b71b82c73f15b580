import { useQuery } from '@tanstack/react-query';
import { company as companyApi } from '../api/identity.ts';
import { keys } from '../api/keys.ts';
import { phoneNumberService } from '../api/phoneNumberService.ts';
import { useMay } from '../api/session.ts';

const QUERY = { status: 'active', limit: 200 };

/** The numbers of the company that can carry calls. */
export function useOurNumbers() {
  const may = useMay();
  const { data, ...query } = useQuery({
    queryKey: keys.numbers(QUERY),
    queryFn: () => phoneNumberService.list(QUERY),
    enabled: may('numbers:read'),
  });
  return { ...query, numbers: data?.numbers.filter(({ features }) => features.voice) };
}

/** The country that the company is in: numbers without a country are read as its own. */
export function useCompanyCountry(): string | null {
  const may = useMay();
  const { data } = useQuery({
    queryKey: keys.company,
    queryFn: companyApi.get,
    enabled: may('company:read'),
  });
  return data?.company.country ?? null;
}
