import { useQuery } from '@tanstack/react-query';
import { company as companyApi } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { useFormat } from '../../ui/useFormat.ts';

/** The company's time zone: what is planned means the same hour to everybody. */
export function useZone(): string {
  const { data } = useQuery({ queryKey: keys.company, queryFn: companyApi.get });
  return data?.company.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** A moment by the company's clock, with the name of its zone. */
export function useCompanyMoment(): (iso: string) => string {
  const { language } = useFormat();
  const timeZone = useZone();
  const format = new Intl.DateTimeFormat(language, {
    ...{ weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' },
    ...{ timeZone, timeZoneName: 'short' },
  });
  return (iso) => format.format(new Date(iso));
}
