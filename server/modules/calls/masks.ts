import { type CompanyCtx, isGranted } from '../../kernel/ctx.ts';
import { maskPhone } from '../contacts/index.ts';

/** Digits of a number, with whatever people write between them. */
const DIGITS = /\p{Nd}(?:[^\p{L}\p{Nd}@]*\p{Nd}){5,}/gu;
const BROWSER = /^browser:[0-9a-f-]+$/;

/**
 * Whom a call is with, as whoever acts may see it. What is no number (a hidden caller, a browser) hides nobody; addresses and
 * what was typed by hand may have numbers within.
 */
export function theirs(ctx: CompanyCtx, address: string): string {
  if (isGranted(ctx, 'contacts:reveal') || BROWSER.test(address)) return address;
  if (/^\+\d+$/.test(address)) return maskPhone(ctx, address);
  return address.replace(DIGITS, (run) => run.replace(/\p{Nd}(?=(?:\P{Nd}*\p{Nd}){2})/gu, '•'));
}
