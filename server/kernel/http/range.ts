/** The part of a file that a request wants: all of it, bytes start up to (not including) end, or one that does not exist. */
export type RangeWanted =
  | { kind: 'whole' }
  | { kind: 'part'; start: number; end: number }
  | { kind: 'outside' };

/**
 * Reads Range and If-Range (RFC 9110, section 14) for a file that never changes under its entity tag. A single range of
 * bytes is understood; anything else is as if it was not asked for, which the RFC allows and every player accepts.
 */
export function rangeWanted(
  headers: { range?: string | undefined; 'if-range'?: string | undefined },
  file: { sizeBytes: number; etag: string },
): RangeWanted {
  const { range, 'if-range': ifRange } = headers;
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(range ?? '');
  if (!match || (ifRange !== undefined && ifRange !== file.etag)) return { kind: 'whole' };
  const [first, last] = [match[1]!, match[2]!];
  if (first === '' && last === '') return { kind: 'whole' };
  // The last so many bytes.
  if (first === '') return part(Math.max(file.sizeBytes - Number(last), 0), file.sizeBytes, file.sizeBytes);
  const end = last === '' ? file.sizeBytes : Number(last) + 1;
  if (end <= Number(first)) return last === '' ? { kind: 'outside' } : { kind: 'whole' };
  return part(Number(first), Math.min(end, file.sizeBytes), file.sizeBytes);
}

function part(start: number, end: number, sizeBytes: number): RangeWanted {
  return start < sizeBytes && start < end ? { kind: 'part', start, end } : { kind: 'outside' };
}
