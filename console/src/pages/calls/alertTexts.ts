import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Metric, ScopeKind } from '../../api/callQuality.ts';
import { members as membersApi } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { phoneText } from '../../ui/format.ts';
import { useFormat } from '../../ui/useFormat.ts';

/** A figure with its unit: 35 ms, 12 %. */
export function useMetricText(): (metric: Metric, value: number) => string {
  const { t } = useTranslation();
  const { language } = useFormat();
  return (metric, value) => {
    const text = value.toLocaleString(language, { maximumFractionDigits: 1 });
    return metric === 'mos' ? text : `${text} ${t(`callQuality.units.${metric}`)}`;
  };
}

/** What a rule, an alert or a cause is about, by name; null for all calls. */
export function useSubjectName(): (
  scope: ScopeKind,
  subject: string | null,
  name?: string | null,
) => string | null {
  const { t } = useTranslation();
  const { country } = useFormat();
  const may = useMay();
  const { data } = useQuery({
    queryKey: keys.members,
    queryFn: membersApi.list,
    enabled: may('members:read'),
  });
  return (scope, subject, name) => {
    if (!subject || scope === 'all') return null;
    if (name) return name;
    switch (scope) {
      case 'number':
        return phoneText(subject);
      case 'provider':
        return t(`common.providers.${subject as 'telnyx' | 'twilio'}`);
      case 'country':
        // A part of a country's numbers is named by how they begin.
        return /^[A-Z]{2}$/.test(subject) ? country(subject) : subject;
      case 'user':
        return data?.members.find(({ userId }) => userId === subject)?.name ?? subject;
    }
  };
}
