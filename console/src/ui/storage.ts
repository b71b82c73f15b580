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

/** Forgets what begins with a name: what a person leaves behind on a device that others use. */
export function forgetAll(prefix: string): void {
  try {
    for (const key of Object.keys(localStorage))
      if (key.startsWith(PREFIX + prefix)) localStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}
