import type { Verb } from '../messages/twiml.ts';
import type { Address, Listener, RecordOrder } from './model.ts';

/** An address of a document, which may be relative to where the document came from. */
export function absolute(url: string, base: string): string {
  return URL.canParse(url, base) ? new URL(url, base).href : url;
}

/** The address that an attribute names, or null. */
export function addressOf(
  { attributes }: Verb,
  base: string,
  name = 'action',
  methodName = 'method',
): Address | null {
  const url = attributes[name];
  if (url === undefined || url === '') return null;
  return { url: absolute(url, base), method: methodOf(attributes[methodName]) };
}

export const methodOf = (text: string | undefined): Address['method'] =>
  text?.toUpperCase() === 'GET' ? 'GET' : 'POST';

export const wordsIn = (text: string | undefined, fallback: string): string[] =>
  (text?.trim() ? text : fallback).trim().split(/[\s,]+/);

/** Who is told of what, by an address attribute and the events beside it. */
export function listenerOf(verb: Verb, base: string, name: string, fallback: string): Listener | null {
  const address = addressOf(verb, base, name, `${name}Method`);
  if (address === null) return null;
  return { ...address, events: wordsIn(verb.attributes[`${name}Event`], fallback) };
}

/** What a `record` attribute orders. */
export function recordOf(verb: Verb, base: string, source: string): RecordOrder | null {
  const wish = verb.attributes.record ?? 'do-not-record';
  if (!/^(record-|true$)/.test(wish)) return null;
  return {
    channels: wish.endsWith('-dual') ? 2 : 1,
    source,
    listener: listenerOf(verb, base, 'recordingStatusCallback', 'completed'),
  };
}

export const isTrue = (text: string | undefined, fallback: boolean): boolean =>
  text === undefined || text === '' ? fallback : text === 'true';

/** A count of an attribute or a parameter within its limits; the usual one when it is none. */
export function countOf(text: string | undefined, fallback: number, max: number): number {
  const value = Number(text);
  if (text === undefined || text === '' || !Number.isFinite(value) || value < 0) return fallback;
  return Math.min(Math.floor(value), max);
}
