import { useState } from 'react';
import { useSearchParams } from 'react-router';
import type { Query } from '../api/client.ts';

const PAGE_ROWS = 25;

/**
 * The filters of a list, kept in the address so that they survive a reload and can be sent to a colleague, and its pages.
 * A cursor only leads forward, so the ones of the pages before are kept to go back.
 */
export function useListState<Name extends string>(names: readonly Name[], limit = PAGE_ROWS) {
  const [params, setParams] = useSearchParams();
  const [cursors, setCursors] = useState<string[]>([]);
  const filters = Object.fromEntries(names.map((name) => [name, params.get(name) ?? ''])) as Record<
    Name,
    string
  >;

  const setFilters = (values: Partial<Record<Name, string>>) => {
    setCursors([]);
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries<string | undefined>(values)) {
          if (value) next.set(name, value);
          else next.delete(name);
        }
        return next;
      },
      { replace: true },
    );
  };
  const setFilter = (name: Name, value: string) =>
    setFilters({ [name]: value } as Partial<Record<Name, string>>);

  const clear = () => {
    setCursors([]);
    setParams({}, { replace: true });
  };

  const query: Query = { ...filters, limit, cursor: cursors.at(-1) };
  return {
    filters,
    setFilter,
    setFilters,
    clear,
    isFiltered: names.some((name) => filters[name] !== ''),
    query,
    page: cursors.length + 1,
    toNext: (cursor: string) => setCursors([...cursors, cursor]),
    toPrevious: () => setCursors(cursors.slice(0, -1)),
  };
}

export type ListState<Name extends string> = ReturnType<typeof useListState<Name>>;
