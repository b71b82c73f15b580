/** One key for one intent: sent again with the same words it is the same; with other words, or after its end, another. */
export function createIntent<Body>(newKey: () => string): { keyOf: (body: Body) => string; end: () => void } {
  let words = '';
  let key = '';
  return {
    keyOf: (body) => {
      const next = JSON.stringify(body);
      if (next !== words) [words, key] = [next, newKey()];
      return key;
    },
    end: () => {
      words = '';
    },
  };
}
