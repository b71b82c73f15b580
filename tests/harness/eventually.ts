/**
 * Tries `check` until it stops throwing, and answers what it returned. Fails with its last error after the deadline.
 * For effects that happen on their own; it waits no longer than they need.
 */
export async function eventually<T>(check: () => T | Promise<T>, deadlineMs = 15_000): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
