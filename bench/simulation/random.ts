/** Chance that can be repeated: the same seed gives the same numbers. */
export interface Random {
  /** Between 0 (included) and 1 (not included). */
  next(): number;
  /** A whole number from 0 to `below` - 1. */
  int(below: number): number;
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** A source of its own, so that what one part draws does not depend on when the others draw. */
  fork(name: string): Random;
}

/** @param seed any text; forks add to it. */
export function createRandom(seed: string): Random {
  const next = sfc32(seed);
  const random: Random = {
    next,
    int: (below) => Math.floor(next() * below),
    chance: (share) => next() < share,
    pick: (list) => list[Math.floor(next() * list.length)]!,
    fork: (name) => createRandom(`${seed}/${name}`),
  };
  return random;
}

/** The generator sfc32 (PractRand), started from a hash (xmur3) of the seed. */
function sfc32(seed: string): () => number {
  const word = hashed(seed);
  let [a, b, c, counter] = [word(), word(), word(), 1];
  const next = () => {
    const sum = (((a + b) | 0) + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let warm = 0; warm < 15; warm++) next();
  return next;
}

function hashed(text: string): () => number {
  let state = 1779033703 ^ text.length;
  for (const letter of text) {
    state = Math.imul(state ^ letter.codePointAt(0)!, 3432918353);
    state = (state << 13) | (state >>> 19);
  }
  return () => {
    state = Math.imul(state ^ (state >>> 16), 2246822507);
    state = Math.imul(state ^ (state >>> 13), 3266489909);
    state ^= state >>> 16;
    return state | 0;
  };
}
