/** Variables that a template knows by itself; any other must be given when it is used. */
export const TEMPLATE_VARIABLES = ['contact_name', 'first_name', 'company', 'agent', 'number'] as const;

const VARIABLE = /\{\{\s*([a-z][a-z0-9_]{0,39})\s*\}\}/gi;

/** The variables that a template's text names, each once, in order. */
export function variablesOf(text: string): string[] {
  return [...new Set([...text.matchAll(VARIABLE)].map(([, name]) => name!.toLowerCase()))];
}

/** Fills a template in. @returns the text, with variables that have no value left as they are, and their names. */
export function fillTemplate(
  text: string,
  values: Readonly<Record<string, string | undefined>>,
): { text: string; missing: string[] } {
  const missing = new Set<string>();
  const filled = text.replace(VARIABLE, (whole, name: string) => {
    const value = Object.hasOwn(values, name.toLowerCase()) ? values[name.toLowerCase()] : undefined;
    if (value) return value;
    missing.add(name.toLowerCase());
    return whole;
  });
  return { text: filled, missing: [...missing] };
}
