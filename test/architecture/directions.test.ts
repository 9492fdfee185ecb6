/** The house has one way (DESIGN: rooms): this test reads every import of src, type imports too, and fails on a breach. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('../../src', import.meta.url));

/** Floors from the ground up; rooms of one floor do not import each other. */
const floors = [
  ['findings'],
  ['der'],
  ['x509'],
  ['crypto'],
  ['names'],
  ['trust'],
  ['path'],
  ['revocation'],
  ['cms', 'profile'],
  ['verify'],
  ['index'],
  ['store', 'net'],
  ['refresh', 'probe', 'stand-in'],
  ['http'],
  ['cli'],
  ['main'],
];
const floorOf = new Map(floors.flatMap((rooms, floor) => rooms.map((room) => [room, floor] as const)));
const core = new Set(floors.slice(0, 10).flat());

interface Import {
  file: string;
  room: string;
  target: string;
}

const roomOf = (path: string): string => path.split('/')[0]?.replace(/\.tsx?$/, '') ?? '';

/** The code of a file. Comments do not count: examples there import the package by its name and read the clock. */
const codeOf = (file: string): string => readFileSync(join(source, file), 'utf8').replace(/^ *\*.*$/gm, '');

function importsOf(file: string): Import[] {
  const text = codeOf(file);
  const statements = /^(?:import|export)\b[^;'"`]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;
  const specifiers = [...text.matchAll(statements)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  return specifiers.map((target) => ({ file, room: roomOf(file), target }));
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
const imports = files.flatMap(importsOf);

describe('import directions', () => {
  it('knows every room', () => {
    expect(files.map(roomOf).filter((room) => !floorOf.has(room))).toEqual([]);
  });

  it('go down only', () => {
    const breaches = imports
      .filter(({ target }) => target.startsWith('.'))
      .map(({ file, room, target }) => ({ file, room, to: roomOf(normalize(join(dirname(file), target))) }))
      .filter(({ room, to }) => room !== to && (floorOf.get(to) ?? 99) >= (floorOf.get(room) ?? 0));
    expect(breaches).toEqual([]);
  });

  it('keep the core pure: no file, network, process or clock', () => {
    // node:url is here for domainToASCII, which is a function of its argument.
    const allowed = /^(\.|node:url$|tldts$|postal-mime$)/;
    const breaches = imports
      .filter(({ room }) => core.has(room))
      .filter(({ room, target }) => !(allowed.test(target) || (room === 'crypto' && target === 'node:crypto')));
    expect(breaches).toEqual([]);
    const impure = files
      .filter((file) => core.has(roomOf(file)))
      .filter((file) => /Date\.now\(|new Date\(\)|process\.|console\.|Math\.random/.test(codeOf(file)));
    expect(impure).toEqual([]);
  });

  it('use no file longer than the house allows', () => {
    const lines = (file: string) => readFileSync(join(source, file), 'utf8').split('\n').length;
    const lengths = files.map(lines).sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(150);
    // The table of findings is one table.
    const exempt = new Set(['findings/table.ts', 'path/validate.ts']);
    expect(files.filter((file) => !exempt.has(file) && lines(file) > 401)).toEqual([]);
  });
});
