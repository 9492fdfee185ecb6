/** RFC 5280 §7.1: which names are equal, and that the key of the index says the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareNames, emailAddressesOf, isWithinDirectoryName, nameKey } from '../../src/names/distinguished-name.js';
import { prepare } from '../../src/names/prepare.js';
import { type Attribute, cn, makeName, type StringType } from './names.js';

describe('equal names', () => {
  it.each([
    ['case', cn('Example CA'), cn('eXAMPLE ca')],
    ['string types', cn('Example', 'printableString'), cn('example', 'bmpString')],
    ['UniversalString', cn('Ä𝔸', 'universalString'), cn('ä𝔸')],
    ['T61String as Latin-1', cn('Müller', 't61String'), cn('müller')],
    ['spaces around and inside', cn('  Example   CA '), cn('Example CA', 'printableString')],
    ['only spaces', cn('   '), cn(' ')],
    ['compatibility forms', cn('ﬁne ① Ｃａ'), cn('FINE 1 ca')],
    ['composed and decomposed', cn('é'), cn('e\u0301')],
    ['sharp s', cn('Straße'), cn('STRASSE')],
    ['capital sharp s', cn('STRAẞE'), cn('straße')],
    ['sigma at the end of a word and elsewhere', cn('ΟΔΟΣ'), cn('οδοσ')],
    ['final sigma', cn('οδος'), cn('ΟΔΟΣ')],
    ['no-break space', cn('Example\u00a0CA'), cn('example ca')],
    ['characters mapped to nothing', cn('Exa\u00admple\u200b CA\ufeff'), cn('example ca')],
    ['tab as a space', cn('a\tb'), cn('a b')],
  ])('%s', (_, a, b) => {
    expect(compareNames(makeName(a), makeName(b))).toBe(true);
    expect(nameKey(makeName(a))).toBe(nameKey(makeName(b)));
  });

  it('the order inside a multi-valued relative name does not matter', () => {
    const o: Attribute = { type: '2.5.4.10', value: 'Org' };
    expect(compareNames(makeName([cn('A'), o]), makeName([o, cn('a')]))).toBe(true);
  });
});

describe('different names', () => {
  const o: Attribute = { type: '2.5.4.10', value: 'Org' };
  it.each([
    ['text', [cn('Example')], [cn('Examples')]],
    ['type of attribute', [cn('Org')], [o]],
    ['order of relative names', [cn('A'), o], [o, cn('A')]],
    ['number of relative names', [cn('A')], [cn('A'), cn('A')]],
    ['one multi-valued against two relative names', [[cn('A'), o]], [cn('A'), o]],
    ['attributes twice', [[cn('A'), cn('A')]], [[cn('A')]]],
    ['a space that means something', [cn('Ex ample')], [cn('Example')]],
    ['dotless ı', [cn('ıstanbul')], [cn('istanbul')]],
    ['look-alike letters', [cn('раураl')], [cn('paypal')]],
    ['a separator inside a value', [cn('A+2.5.4.10=Org')], [[cn('A'), o]]],
    ['octets of a type that is no string', [{ value: new Uint8Array([1]), tag: 2 }], [cn('\u0001')]],
    ['prohibited characters', [cn('a\ufffd')], [cn('a\ue000')]],
  ] as [string, (Attribute | Attribute[])[], (Attribute | Attribute[])[]][])('%s', (_, a, b) => {
    expect(compareNames(makeName(...a), makeName(...b))).toBe(false);
    expect(nameKey(makeName(...a))).not.toBe(nameKey(makeName(...b)));
  });
});

it('a name with prohibited characters equals itself, octet for octet', () => {
  expect(nameKey(makeName(cn('a\ufffd')))).toBe(nameKey(makeName(cn('a\ufffd'))));
});

it('a surrogate in a BMPString is no character and is compared by octets', () => {
  const half = { value: new Uint8Array([0xd8, 0x00]), tag: 0x1e };
  expect(compareNames(makeName(half), makeName({ value: new Uint8Array([0xd8, 0x01]), tag: 0x1e }))).toBe(false);
  expect(nameKey(makeName(half))).toBe(nameKey(makeName(half)));
});

describe('properties', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...'aA /+:#1ßſ') }),
  );
  const stringType = fc.constantFrom<StringType>('utf8String', 'universalString');
  const attribute = fc.record({ type: fc.constantFrom('2.5.4.3', '2.5.4.10'), value: text, as: stringType });
  const rdns = fc.array(fc.array(attribute, { minLength: 1, maxLength: 3 }), { maxLength: 3 });

  it('names are equal if and only if their keys are', () => {
    fc.assert(
      fc.property(rdns, rdns, (a, b) => {
        const [left, right] = [makeName(...a), makeName(...b)];
        expect(compareNames(left, right)).toBe(nameKey(left) === nameKey(right));
      }),
    );
  });

  it('string type, case, outer spaces and the order of attributes never matter', () => {
    fc.assert(
      fc.property(rdns, (plain) => {
        const varied = plain.map((attributes) =>
          attributes
            .map(
              (one): Attribute => ({
                ...one,
                as: 'utf8String',
                value: ` ${one.value.replace(/[a-z]/g, (c) => c.toUpperCase())}  `,
              }),
            )
            .reverse(),
        );
        expect(nameKey(makeName(...varied))).toBe(nameKey(makeName(...plain)));
      }),
    );
  });

  it('ASCII names follow a rule that can be said in one line', () => {
    const ascii = fc.string({ unit: fc.constantFrom(...'aAbB /+:#12'), maxLength: 8 });
    const simple = (value: string) => value.trim().replace(/ +/g, ' ').toLowerCase();
    fc.assert(
      fc.property(fc.array(ascii, { maxLength: 3 }), fc.array(ascii, { maxLength: 3 }), (a, b) => {
        const equal = JSON.stringify(a.map(simple)) === JSON.stringify(b.map(simple));
        const name = (values: string[]) => makeName(...values.map((value) => cn(value)));
        expect(compareNames(name(a), name(b))).toBe(equal);
      }),
    );
  });

  it('preparing twice is preparing once, for every character of the first two planes', () => {
    for (let point = 0; point <= 0x1ffff; point++) {
      const once = prepare(`a${String.fromCodePoint(point)}b`);
      if (once !== undefined && prepare(once) !== once) expect.fail(`U+${point.toString(16)}`);
    }
  });

  it('the two cases of a character are equal, but for the dotless ı', () => {
    for (let point = 0; point <= 0x1ffff; point++) {
      const character = String.fromCodePoint(point);
      const once = prepare(character);
      if (once === undefined || character === 'ı') continue;
      if (prepare(character.toUpperCase()) !== once) expect.fail(`upper case of U+${point.toString(16)}`);
      if (prepare(character.toLowerCase()) !== once) expect.fail(`lower case of U+${point.toString(16)}`);
    }
  });
});

describe('subtrees of directory names', () => {
  const base = makeName({ type: '2.5.4.6', value: 'DE' }, { type: '2.5.4.10', value: 'Org' });
  it.each([
    ['the base itself', makeName({ type: '2.5.4.6', value: 'de' }, { type: '2.5.4.10', value: 'ORG' }), true],
    ['a name below', makeName({ type: '2.5.4.6', value: 'DE' }, { type: '2.5.4.10', value: 'Org' }, cn('x')), true],
    ['a name above', makeName({ type: '2.5.4.6', value: 'DE' }), false],
    ['a sibling', makeName({ type: '2.5.4.6', value: 'DE' }, { type: '2.5.4.10', value: 'Organ' }), false],
    [
      'the base at the end',
      makeName(cn('x'), { type: '2.5.4.6', value: 'DE' }, { type: '2.5.4.10', value: 'Org' }),
      false,
    ],
    [
      'more attributes in the last relative name',
      makeName({ type: '2.5.4.6', value: 'DE' }, [{ type: '2.5.4.10', value: 'Org' }, cn('x')]),
      false,
    ],
  ])('%s', (_, name, within) => {
    expect(isWithinDirectoryName(name, base)).toBe(within);
  });

  it('the empty base holds every name', () => {
    expect(isWithinDirectoryName(base, makeName())).toBe(true);
  });
});

it('emailAddress attributes are found wherever they stand', () => {
  const email = (value: string): Attribute => ({ type: '1.2.840.113549.1.9.1', value, as: 'ia5String' });
  expect(emailAddressesOf(makeName([cn('x'), email('a@example.com')], email('B@example.com')))).toEqual([
    'a@example.com',
    'B@example.com',
  ]);
});
