/** A seeded source of choices (mulberry32): the same seed makes the same chains on every machine. */
export interface Random {
  /** 0 ≤ n < limit. */
  below(limit: number): number;
  /** True in `percent` of the cases. */
  chance(percent: number): boolean;
  pick<T>(from: readonly T[]): T;
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    chance: (percent) => below(100) < percent,
    pick: (from) => {
      const chosen = from[below(from.length)];
      if (chosen === undefined) throw new TypeError('nothing to pick from');
      return chosen;
    },
  };
}
