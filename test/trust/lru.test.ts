/** The bounded cache: never more than twice its capacity, and what is used stays. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Lru } from '../../src/trust/lru.js';

test('what was set is there, until two generations later', () => {
  const after = (keys: string, asked: string) => {
    const cache = new Lru<number>(2);
    for (const [index, key] of [...keys].entries()) cache.set(key, index);
    return cache.get(asked);
  };
  expect([...'abcd'].map((key) => after('abcd', key))).toEqual([0, 1, 2, 3]);
  expect([...'abcde'].map((key) => after('abcde', key))).toEqual([undefined, undefined, 2, 3, 4]);
});

test('what is used moves to the young generation', () => {
  const cache = new Lru<string>(2);
  cache.set('kept', 'x');
  for (let index = 0; index < 50; index++) {
    cache.set(`other ${index}`, 'y');
    expect(cache.get('kept')).toBe('x');
  }
});

test('any use: bounded, and never a value that was not set last', () => {
  const step = fc.record({ key: fc.constantFrom(...'abcdefgh'), value: fc.option(fc.nat(), { nil: undefined }) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 60 }), (capacity, steps) => {
      const cache = new Lru<number>(capacity);
      const model = new Map<string, number>();
      for (const { key, value } of steps) {
        if (value === undefined) expect([undefined, model.get(key)]).toContain(cache.get(key));
        else {
          cache.set(key, value);
          model.set(key, value);
          expect(cache.get(key)).toBe(value);
        }
        expect(cache.size).toBeLessThanOrEqual(2 * capacity);
      }
    }),
  );
});
