/** Evidence: what was saved gives the same verdict to the byte, with no network, no store, at another time. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from './support.js';

let world: World;
let trusted: string[];

beforeAll(async () => {
  world = createWorld();
  const { standIn, samples } = world;
  const catalogue = world.file('catalogue.json', JSON.stringify(standIn.catalogue));
  trusted = ['--catalogue', catalogue];
  const authorities = world.pem('authorities.pem', ...standIn.authorities);
  await world.run(['authorities', 'import', authorities, ...trusted]);
  const crls = samples.published.slice(0, 4).map(({ der }, index) => world.file(`${index}.crl`, der));
  await world.run(['crl', 'import', ...crls, ...trusted]);
});
afterAll(() => world.close());

/** Another machine, years later: no data folder, another clock. */
const replay = (bundle: string, ...args: string[]) =>
  world.run(['replay', bundle, ...args], {
    env: { UNIFY_PKI_DATA: `${world.folder}/nothing-here` },
    now: new Date('2040-01-01T00:00:00Z'),
  });

describe('verify --evidence and replay', () => {
  const cases: [string, () => Uint8Array, string[], number][] = [
    ['a good server', () => world.samples.server.certificate, ['--dns', 'uc.stand-in.example'], 0],
    ['a revoked one', () => world.samples.revokedServer.certificate, [], 1],
    ['one without a path', () => world.samples.serverOfMissingIntermediate.certificate, [], 2],
    ['a mail', () => world.messages.goodMultipart, [], 0],
    ['an altered mail', () => world.messages.altered, ['--at', new Date(Date.now() - 1000).toISOString()], 1],
  ];
  it.each(cases)('%s', async (name, input, args, expected) => {
    const bundle = `${world.folder}/${name.replaceAll(' ', '-')}.json`;
    const file = world.file('input', input());
    const first = await world.run(['verify', file, ...args, ...trusted, '--json', '--evidence', bundle]);
    expect([first.code, first.err]).toEqual([expected, '']);
    const second = await replay(bundle, '--json');
    const answer = JSON.parse(second.out);
    expect([second.code, answer.same, answer.differing]).toEqual([expected, true, []]);
    expect(JSON.stringify(answer.verdict)).toBe(JSON.stringify(JSON.parse(first.out)));
    expect((await replay(bundle)).out).toContain('to the byte');
  });

  it('shows both verdicts where the answer is another', async () => {
    const bundle = `${world.folder}/changed.json`;
    const file = world.file('input', world.samples.server.certificate);
    await world.run(['verify', file, ...trusted, '--evidence', bundle]);
    const saved = JSON.parse(readFileSync(bundle, 'utf8'));
    saved.verdict.status = 'invalid';
    saved.verdict.engineVersion = saved.engineVersion = '0.0.1';
    const ran = await replay(world.file('changed-2.json', JSON.stringify(saved)));
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('saved invalid, now valid');
    expect(ran.out).toContain('Differing: status, engineVersion');
    expect(ran.out).toContain('Saved by engine 0.0.1');
  });

  it('refuses what is no bundle, and one whose request was exchanged', async () => {
    const bundle = `${world.folder}/whole.json`;
    const file = world.file('input', world.samples.server.certificate);
    const args = ['verify', file, ...trusted, '--evidence', bundle];
    await world.run(args);
    expect((await world.run(args)).code).toBe(64);
    const saved = JSON.parse(readFileSync(bundle, 'utf8'));
    const other = { ...saved, request: { ...saved.request, revocation: 'off' } };
    const exchanged = await replay(world.file('exchanged.json', JSON.stringify(other)));
    expect([exchanged.code, exchanged.err]).toEqual([65, expect.stringContaining('requestSha256')]);
    for (const text of ['{}', '[]', 'rubbish', JSON.stringify({ ...saved, trust: { ...saved.trust, crls: ['*'] } })]) {
      expect((await replay(world.file('no-bundle.json', text))).code).toBe(65);
    }
  });
});
