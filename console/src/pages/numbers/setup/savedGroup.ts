const COOKIE = 'relais_requirement_group';
const KEPT_SECONDS = 180 * 24 * 3600;

/** Where paperwork was left: its group, and the gig it was started for. */
interface SavedGroup {
  groupId: string;
  gigId: string;
}

/** Keeps the place in a cookie, so that a second sitting resumes it. */
export function saveGroup({ groupId, gigId }: SavedGroup): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing from plain-HTTP installations
  document.cookie = `${COOKIE}=${encodeURIComponent(`${groupId}/${gigId}`)}; path=/; max-age=${KEPT_SECONDS}; samesite=lax`;
}

export function forgetGroup(): void {
  // biome-ignore lint/suspicious/noDocumentCookie: as above
  document.cookie = `${COOKIE}=; path=/; max-age=0; samesite=lax`;
}

/** The place in a cookie header, or null. */
export function readSavedGroup(cookies: string): SavedGroup | null {
  const pair = cookies.split('; ').find((text) => text.startsWith(`${COOKIE}=`));
  if (!pair) return null;
  const [groupId, gigId] = decodeURIComponent(pair.slice(COOKIE.length + 1)).split('/');
  return groupId && gigId ? { groupId, gigId } : null;
}
