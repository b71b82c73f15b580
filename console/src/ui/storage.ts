const PREFIX = 'relais.';

/** A preference of this device; null when unset, or when the browser keeps nothing. */
export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // A browser that stores nothing still works; it just forgets.
  }
}
