/** Words of an address that open something beside a list, and filter nothing. */
const OPENERS = ['transaction', 'call', 'sim', 'new', 'add', 'page'];

/** The filters of an address, in one order, so that the same filters are the same words. */
export function filtersIn(search: string): string {
  const params = new URLSearchParams(search);
  for (const name of OPENERS) params.delete(name);
  for (const [name, value] of [...params]) if (value === '') params.delete(name);
  params.sort();
  return params.toString();
}
