import type { CallboxConfig, ConfigPatch } from '../../../api/boxTypes.ts';

/**
 * What is changed for one box: a value that is the company's goes back to it, so that the box follows the company from then on;
 * what nobody touched is left alone.
 */
export function patchOf(
  box: { config: Partial<CallboxConfig>; configInForce: CallboxConfig },
  company: CallboxConfig,
  form: CallboxConfig,
): ConfigPatch {
  const names = Object.keys(form) as (keyof CallboxConfig)[];
  const entries = names.flatMap((name): [string, unknown][] => {
    if (form[name] === company[name]) return name in box.config ? [[name, null]] : [];
    return form[name] === box.configInForce[name] ? [] : [[name, form[name]]];
  });
  return Object.fromEntries(entries) as ConfigPatch;
}
