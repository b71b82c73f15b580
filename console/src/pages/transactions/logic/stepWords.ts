const NAMES = ['message', 'reason', 'proof', 'body', 'transactionRef', 'reference'] as const;

/** What stands beside a step for people, each once: sentences, reasons, proofs, references, those of the box's report too. */
export function stepWords(detail: Record<string, unknown>): string[] {
  const result = detail.result;
  const sources = [detail, typeof result === 'object' && result !== null ? (result as typeof detail) : {}];
  const words = sources.flatMap((source) =>
    NAMES.flatMap((name) => {
      const value = source[name];
      return typeof value === 'string' && value !== '' ? [value] : [];
    }),
  );
  return [...new Set(words)];
}
