import { backups } from './catalogue/backups.ts';
import { billing } from './catalogue/billing.ts';
import { callbox } from './catalogue/callbox.ts';
import { callboxBoxes } from './catalogue/callbox-boxes.ts';
import { callboxMoney } from './catalogue/callbox-money.ts';
import { calls } from './catalogue/calls.ts';
import { compliance } from './catalogue/compliance.ts';
import { contacts } from './catalogue/contacts.ts';
import { identity } from './catalogue/identity.ts';
import { numbers } from './catalogue/numbers.ts';
import { providers } from './catalogue/providers.ts';
import { quality } from './catalogue/quality.ts';
import { recordings } from './catalogue/recordings.ts';
import { reports } from './catalogue/reports.ts';
import { requests } from './catalogue/requests.ts';
import { texts } from './catalogue/texts.ts';

/** A language that people read Relais in. */
export type Language = 'en' | 'fr';

/**
 * Every error the API can answer: its status and its sentence. The sentence says what to do next.
 * `{name}` is replaced from the error's params.
 */
export const catalogue = {
  ...requests,
  ...identity,
  ...providers,
  ...billing,
  ...contacts,
  ...compliance,
  ...numbers,
  ...texts,
  ...recordings,
  ...calls,
  ...quality,
  ...callboxBoxes,
  ...callbox,
  ...callboxMoney,
  ...reports,
  ...backups,
} as const;

export type ErrorCode = keyof typeof catalogue;
export type ErrorParams = Record<string, string | number>;

/** An error that the caller can act on; it becomes the API's error answer. */
export class RelaisError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly details: unknown;

  constructor(code: ErrorCode, options: { params?: ErrorParams; details?: unknown; cause?: unknown } = {}) {
    super(sentence(code, options.params ?? {}, 'en'), { cause: options.cause });
    this.code = code;
    this.params = options.params ?? {};
    this.details = options.details;
  }

  get status(): number {
    return catalogue[this.code].status;
  }
}

/** Stops here with an error of the catalogue. */
export function fail(code: ErrorCode, params: ErrorParams = {}, details?: unknown): never {
  throw new RelaisError(code, { params, details });
}

/** What a caller sent is quoted no longer than this. */
const PARAM_MAX = 500;

/** Why a fetch failed, in the system's own words: the reason is in the error's cause. */
export function networkReason(error: unknown): string {
  const { message, cause } = error as Error;
  if (!(cause instanceof Error)) return message;
  return cause.message || (cause as NodeJS.ErrnoException).code || message;
}

/** The error's sentence for a person. */
export function sentence(code: ErrorCode, params: ErrorParams, language: Language): string {
  return catalogue[code][language].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const text = String(params[name] ?? whole);
    return text.length > PARAM_MAX ? `${text.slice(0, PARAM_MAX)}…` : text;
  });
}

/** The language a client prefers, from its Accept-Language header (RFC 9110, section 12.5.4). */
export function preferredLanguage(header: string | undefined): Language {
  const ranked = (header ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...rest] = part.trim().toLowerCase().split(';');
      const quality = rest.map((item) => /^\s*q=([\d.]+)/.exec(item)?.[1]).find(Boolean);
      return { tag, quality: quality ? Number(quality) : 1 };
    })
    .filter(({ tag }) => tag.startsWith('fr') || tag.startsWith('en'))
    .sort((left, right) => right.quality - left.quality);
  return ranked[0]?.tag.startsWith('fr') ? 'fr' : 'en';
}
