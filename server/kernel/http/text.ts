/**
 * Finds a text that the database cannot keep: one with a NUL, or with half of a surrogate pair (PostgreSQL refuses both in
 * text and jsonb). Walks without recursion, because the sender chooses the depth.
 * @returns the name of the field that holds it, or null.
 */
export function findUnstorableText(name: string, root: unknown): string | null {
  const waiting: [string, unknown][] = [[name, root]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [field, value] = next;
    if (typeof value === 'string') {
      if (!isStorable(value)) return field;
    } else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
      for (const [key, inner] of Object.entries(value)) {
        if (!isStorable(key)) return field;
        waiting.push([Array.isArray(value) ? field : key, inner]);
      }
    }
  }
  return null;
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}
