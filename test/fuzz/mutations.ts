/**
 * Mutations of DER and of messages, as data that fast-check can shrink: octets changed, deleted and inserted, lengths
 * tampered with, elements doubled, removed, swapped and cut. A structural mutation is made twice over: left as it is, which tests the
 * reader, and with the lengths of all elements around it put right, which lets the damage through to the rooms above.
 */
import fc from 'fast-check';

export interface Mutation {
  kind: (typeof kinds)[number];
  /** Taken modulo the number of places that there are. */
  place: number;
  octet: number;
  count: number;
  repair: boolean;
}

const kinds = [
  'flip',
  'set',
  'delete',
  'insert',
  'truncate',
  'append',
  'longer',
  'shorter',
  'indefinite',
  'padded length',
  'double',
  'remove',
  'swap',
  'retag',
  'empty',
  'fill',
] as const;

export const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...kinds, 'flip', 'set'),
    place: fc.noBias(fc.nat(1_000_000)),
    octet: fc.oneof(
      fc.nat(255),
      fc.constantFrom(0, 1, 2, 3, 5, 6, 0x0c, 0x17, 0x18, 0x30, 0x31, 0x7f, 0x80, 0xa0, 0xff),
    ),
    count: fc.integer({ min: 1, max: 16 }),
    repair: fc.constantFrom(true, true, false),
  }),
  { minLength: 1, maxLength: 3, size: 'xsmall' },
);

interface Element {
  start: number;
  contentStart: number;
  end: number;
  parent: Element | undefined;
}

/** All elements of `der` that can be told, with those inside of extension values and bit strings; lenient, and bounded. */
export function elementsOf(der: Uint8Array): Element[] {
  const found: Element[] = [];
  const visit = (from: number, to: number, parent: Element | undefined, depth: number): boolean => {
    const first = found.length;
    for (let at = from; at < to; ) {
      const element = elementAt(der, at, to, parent);
      if (element === undefined || found.length > 20_000) {
        found.length = first;
        return false;
      }
      found.push(element);
      at = element.end;
      const tag = der[element.start] as number;
      if (depth > 24) continue;
      if ((tag & 0x20) !== 0 || tag === 0x04) visit(element.contentStart, element.end, element, depth + 1);
      else if (tag === 0x03) visit(element.contentStart + 1, element.end, element, depth + 1);
    }
    return true;
  };
  visit(0, der.length, undefined, 0);
  return found;
}

function elementAt(der: Uint8Array, start: number, limit: number, parent: Element | undefined): Element | undefined {
  let length = der[start + 1];
  let contentStart = start + 2;
  if (length === undefined || contentStart > limit) return undefined;
  if (length > 0x84 || length === 0x80) return undefined;
  if (length > 0x80) {
    const octets = length & 0x7f;
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + (der[contentStart + i] ?? 0);
    contentStart += octets;
  }
  const end = contentStart + length;
  return end > limit ? undefined : { start, contentStart, end, parent };
}

/** Minimal length octets. */
function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}

const joined = (...parts: (Uint8Array | number[])[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** `der` with `from` to `to`, inside of `parent`, replaced, and the lengths around it right again. */
function replaceInside(
  der: Uint8Array,
  [from, to]: [number, number],
  replacement: Uint8Array,
  parent: Element | undefined,
  repair: boolean,
): Uint8Array {
  let [start, end, inner] = [from, to, replacement];
  for (let element = parent; repair && element !== undefined; element = element.parent) {
    const content = joined(der.subarray(element.contentStart, start), inner, der.subarray(end, element.end));
    inner = joined([der[element.start] as number], lengthOctets(content.length), content);
    start = element.start;
    end = element.end;
  }
  return joined(der.subarray(0, start), inner, der.subarray(end));
}

/** Applies one mutation to DER; what has no such place is only changed in one octet. */
export function mutateDer(der: Uint8Array, mutation: Mutation): Uint8Array {
  if (der.length === 0) return Uint8Array.of(mutation.octet);
  const { kind, place, octet, count, repair } = mutation;
  if (!isStructural(kind)) return mutateOctets(der, mutation);
  const elements = elementsOf(der);
  const element = elements[place % Math.max(1, elements.length)];
  if (element === undefined) return mutateOctets(der, { ...mutation, kind: 'flip' });
  const { start, contentStart, end, parent } = element;
  const tag = der[start] as number;
  const content = der.subarray(contentStart, end);
  const whole = der.subarray(start, end);
  const put = (replacement: Uint8Array, range: [number, number] = [start, end]) =>
    replaceInside(der, range, replacement, parent, repair);
  switch (kind) {
    case 'longer':
      return put(joined([tag], lengthOctets(content.length + count), content));
    case 'shorter':
      return put(joined([tag], lengthOctets(Math.max(0, content.length - count)), content));
    case 'indefinite':
      return put(joined([tag, 0x80], content, [0, 0]));
    case 'padded length':
      return put(
        joined(
          [tag, 0x84],
          [24, 16, 8, 0].map((shift) => (content.length >>> shift) & 0xff),
          content,
        ),
      );
    case 'double':
      return put(joined(whole, whole));
    case 'remove':
      return put(new Uint8Array());
    case 'retag':
      return put(joined([octet], der.subarray(start + 1, end)));
    case 'empty':
      return put(Uint8Array.of(tag, 0));
    case 'fill':
      return put(joined([tag], lengthOctets(content.length + count), content, new Uint8Array(count).fill(octet)));
    default: {
      const next = elements.find((other) => other.start === end && other.parent === parent);
      if (next === undefined) return put(joined(whole, whole));
      return put(joined(der.subarray(next.start, next.end), whole), [start, next.end]);
    }
  }
}

const isStructural = (kind: Mutation['kind']): boolean => kinds.indexOf(kind) >= kinds.indexOf('longer');

/** Applies one mutation to octets of which nothing is known; structural kinds become insertions. */
export function mutateOctets(bytes: Uint8Array, { kind, place, octet, count }: Mutation): Uint8Array {
  const at = place % Math.max(1, bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (kind) {
    case 'flip':
      return joined(before, [(after[0] ?? 0) ^ (1 << (octet & 7))], after.subarray(1));
    case 'set':
      return joined(before, [octet], after.subarray(1));
    case 'delete':
    case 'remove':
      return joined(before, after.subarray(count));
    case 'truncate':
      return before.slice();
    case 'append':
      return joined(bytes, new Uint8Array(count).fill(octet));
    case 'double':
    case 'swap':
      return joined(before, after.subarray(0, count * 8), after);
    default:
      return joined(before, new Uint8Array(count).fill(octet), after);
  }
}
