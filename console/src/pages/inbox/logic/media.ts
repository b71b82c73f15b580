export type MediaKind = 'image' | 'audio' | 'video' | 'file';

/** Pictures that every browser shows. Others, and SVG, which can hold a program, are files to open. */
const IMAGES = /^image\/(jpeg|png|gif|webp|avif|bmp)$/;

/** How a file is shown. */
export function mediaKind(contentType: string | null): MediaKind {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (IMAGES.test(type)) return 'image';
  if (type.startsWith('audio/')) return 'audio';
  return type.startsWith('video/') ? 'video' : 'file';
}

/** What a file without a name is called by. */
export function fileKind(contentType: string | null): 'pdf' | 'vcard' | 'other' {
  if (contentType?.startsWith('application/pdf')) return 'pdf';
  return contentType?.includes('vcard') ? 'vcard' : 'other';
}

/** Whether a signed address (`?expires=` in seconds) is past its time. */
export function isExpired(url: string, nowMs: number): boolean {
  const expires = Number(new URL(url, 'http://relais.invalid').searchParams.get('expires'));
  if (!Number.isFinite(expires) || expires <= 0) return false;
  // Milliseconds are told from seconds by their size.
  return (expires > 1e11 ? expires : expires * 1000) < nowMs;
}
