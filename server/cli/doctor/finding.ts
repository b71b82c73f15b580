import type { Words } from '../words.ts';

/** What one check came to. */
export interface Finding {
  level: 'ok' | 'warning' | 'fail';
  name: Words;
  text: Words;
  /** What to do about it. */
  advice?: Words;
}

export function ok(name: Words, text: Words): Finding {
  return { level: 'ok', name, text };
}

export function warning(name: Words, text: Words, advice: Words): Finding {
  return { level: 'warning', name, text, advice };
}

export function fail(name: Words, text: Words, advice: Words): Finding {
  return { level: 'fail', name, text, advice };
}
