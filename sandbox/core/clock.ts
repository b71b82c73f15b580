/** The only source of time in the sandbox. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now() };

/** ISO 8601 with milliseconds and `Z`. */
export function isoMillis(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** ISO 8601 with microseconds and `Z`, as Telnyx writes orders and events. */
export function isoMicros(atMs: number): string {
  return isoMillis(atMs).replace('Z', '000Z');
}

/** ISO 8601 with whole seconds, as Twilio's v1 and v2 domains write dates. */
export function isoSeconds(atMs: number): string {
  return isoMillis(atMs).replace(/\.\d+Z$/, 'Z');
}

/** RFC 2822 in UTC, as Twilio's 2010-04-01 API writes dates. */
export function rfc2822(atMs: number): string {
  return new Date(atMs).toUTCString().replace('GMT', '+0000');
}
