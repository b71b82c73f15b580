/** What an event tells of, in words: a name, a list of labels, a person. */
export function eventValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(eventValue).filter(Boolean).join(', ');
  if (typeof value === 'object' && value !== null && 'name' in value) return eventValue(value.name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
