/** `crl verify-log` looks at the chain of the log, the octets of every CRL and the stamps; the schedule's numbers can be set. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, type World } from '../cli/support.js';

let world: World;
let trusted: string[];
beforeAll(() => {
  world = createWorld();
  trusted = ['--catalogue', world.file('catalogue.json', JSON.stringify(world.standIn.catalogue))];
});
afterAll(() => world.close());

it('tells that all is whole, and shows an octet of a CRL that was changed', async () => {
  const { standIn, now } = world;
  await world.run(['authorities', 'import', world.pem('all.pem', ...standIn.authorities), ...trusted]);
  const crl = world.file('user.crl', standIn.issueCrl(standIn.user, now));
  expect((await world.run(['crl', 'import', crl, ...trusted])).code).toBe(0);
  const good = await world.run(['crl', 'verify-log', ...trusted]);
  expect([good.code, good.err]).toEqual([0, '']);
  expect(good.out).toContain('the log is whole');
  expect(good.out).toContain('every CRL is as it came');
  expect(good.out).toContain('no timestamp authority has stamped the log');
  const folder = join(world.folder, 'data', 'crl');
  const held = readdirSync(folder, { recursive: true }).map(String);
  writeFileSync(join(folder, held.find((name) => name.endsWith('.crl')) ?? ''), 'spoilt');
  const bad = await world.run(['crl', 'verify-log', '--json', ...trusted]);
  expect(bad.code).toBe(1);
  expect(JSON.parse(bad.out)).toMatchObject({ status: 'invalid', altered: [expect.stringMatching(/^[0-9a-f]{64}$/)] });
});

it('says of a folder that is not there that it is not there, and makes none', async () => {
  const ran = await world.run(['crl', 'verify-log', '--data', join(world.folder, 'mistyped'), ...trusted]);
  expect([ran.code, ran.out]).toEqual([65, '']);
  expect(readdirSync(world.folder)).not.toContain('mistyped');
});

it('names a mistake in the numbers of the schedule', async () => {
  const ran = await world.run(['crl', 'list', ...trusted], {
    env: { UNIFY_PKI_SCHEDULE: world.file('schedule.json', '{"longestPol": 5}') },
  });
  expect([ran.code, ran.err]).toEqual([
    64,
    expect.stringContaining('UNIFY_PKI_SCHEDULE: field "longestPol" is not known'),
  ]);
});
