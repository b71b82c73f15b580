import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { keys } from '../api/keys.ts';
import { savedFilters } from '../api/savedFilters.ts';
import type { Entry } from '../palette/rank.ts';

/** One's own filters and the shared ones, of all lists. */
export function useSavedFilters() {
  return useQuery({ queryKey: keys.savedFilters, queryFn: savedFilters.list });
}

/** The same as the palette offers them. */
export function useSavedEntries(): Entry[] {
  const { t } = useTranslation();
  const { data } = useSavedFilters();
  return (data?.filters ?? []).map(({ id, name, page, query, mine, owner }) => ({
    ...{ id: `filter:${id}`, kind: 'filter', label: name, to: `${page}?${query}` },
    hint: mine ? undefined : t('saved.by', { name: owner }),
  }));
}
