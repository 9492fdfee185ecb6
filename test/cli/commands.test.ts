/** The other commands: help, explain, inspect, authorities, crl, store. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DistributionPoint, serveDistributionPoint } from '../../src/stand-in/index.js';
import { createWorld, type World } from './support.js';

let world: World;
let point: DistributionPoint;
let catalogue: string;

beforeAll(async () => {
  point = await serveDistributionPoint();
  world = createWorld(point.url);
  for (const { path, der } of world.samples.published) point.publish(path, der, world.now);
  catalogue = world.file('catalogue.json', JSON.stringify(world.standIn.catalogue));
});
afterAll(async () => {
  world.close();
  await point.close();
});

describe('help', () => {
  const commands = [
    [],
    ['verify'],
    ['inspect'],
    ['explain'],
    ['replay'],
    ['authorities'],
    ['authorities', 'import'],
    ...['list', 'refresh', 'import', 'history', 'verify-log'].map((name) => ['crl', name]),
    ['crl'],
    ['store', 'export'],
    ['store', 'import'],
    ['serve'],
    ['demo'],
  ];
  it.each(commands.map((command) => [command.join(' '), command] as const))('%s --help', async (_, command) => {
    const { code, out, err } = await world.run([...command, '--help']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`Usage: unify-pki${command.map((word) => ` ${word}`).join('')}`);
  });

  it('names the exit codes, the variables, and nothing that is not there', async () => {
    expect((await world.run(['verify', '--help'])).out).toContain('65 unreadable input');
    expect((await world.run(['serve', '--help'])).out).toContain('UNIFY_PKI_ADMIN_TOKEN');
    expect((await world.run(['--help'])).out).not.toContain('probe');
    expect((await world.run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('explain', () => {
  it('tells what a finding means and what to do', async () => {
    const { code, out } = await world.run(['explain', 'certificate_expired']);
    expect(code).toBe(0);
    expect(out).toContain('RFC 5280 §6.1.3');
    expect(JSON.parse((await world.run(['explain', 'certificate_expired', '--json'])).out).class).toBe('invalid');
  });
  it.each([
    ['certificate_expird', 'certificate_expired'],
    ['certificate revoked', 'certificate_revoked'],
    ['NAME-MISMATCH', 'name_mismatch'],
    ['toString', ''],
  ])('suggests for %s', async (code, nearest) => {
    const ran = await world.run(['explain', code]);
    expect([ran.code, ran.out]).toEqual([64, '']);
    expect(ran.err).toContain(nearest);
  });
});

describe('inspect', () => {
  it('shows fingerprints, fields and pins', async () => {
    const file = world.file('user.cer', world.standIn.user.certificate);
    const { code, out } = await world.run(['inspect', file, '--catalogue', catalogue]);
    expect(code).toBe(0);
    expect(out).toContain('Stand-in User CA (not Unify) (stand-in/stand-in-user)');
    expect(out).toMatch(/SHA-256 +[0-9a-f]{64}/);
    expect(out).toContain('basicConstraints');
    const json = JSON.parse((await world.run(['inspect', file, '--json'])).out);
    expect(json.pins ?? []).toEqual([]);
  });
  it('refuses what is no certificate', async () => {
    const crl = world.file('a.crl', world.standIn.issueCrl(world.standIn.root, world.now));
    const { code, err } = await world.run(['inspect', crl]);
    expect([code, err]).toEqual([65, expect.stringContaining('found a CRL')]);
  });
});

describe('authorities', () => {
  it('shows the published facts of the built-in catalogue, none of it installed', async () => {
    const { code, out } = await world.run(['authorities']);
    expect(code).toBe(0);
    expect(out).toContain('Unify Infrastructure CA');
    expect(out).toContain('2013-09-25 to 2028-09-25');
    expect(out.match(/not installed/g)).toHaveLength(4);
  });

  it('imports exactly what a pin names', async () => {
    const { standIn, samples } = world;
    const good = world.pem('authorities.pem', standIn.root, standIn.infrastructure);
    const ran = await world.run(['authorities', 'import', good, '--catalogue', catalogue]);
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toContain('installed as stand-in-root');
    const foreign = world.file('foreign.cer', samples.foreign.root.certificate);
    const refused = await world.run(['authorities', 'import', foreign, '--catalogue', catalogue]);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/expected SHA-1 [0-9a-f]{40}.* found SHA-1 [0-9a-f]{40}/);
    const list = await world.run(['authorities', '--catalogue', catalogue, '--json']);
    const states = JSON.parse(list.out).map(({ installed }: { installed: boolean }) => installed);
    expect(states).toEqual([true, false, true, false]);
  });

  it('says where facts differ, and does not use the certificate until confirmed', async () => {
    const { standIn } = world;
    const altered = structuredClone(standIn.catalogue);
    (altered.authorities[0] as { validTo: string }).validTo = '2030-01-01';
    const file = world.file('altered.json', JSON.stringify(altered));
    const root = world.file('root.cer', standIn.root.certificate);
    const data = `${world.folder}/altered-data`;
    const ran = await world.run(['authorities', 'import', root, '--catalogue', file, '--data', data]);
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('validTo published 2030-01-01')]);
    expect((await world.run(['authorities', '--catalogue', file, '--data', data])).out).toContain('facts differ');
  });
});

describe('crl', () => {
  const network = () => ({ UNIFY_PKI_ALLOW_NETWORKS: `127.0.0.1/32 ${new URL(point.url).port}` });
  const crl = (args: string[], env = {}) => world.run(['crl', ...args, '--catalogue', catalogue], { env });

  it('refresh names what is missing, and ends with 0 only when every authority is fresh', async () => {
    const before = await crl(['list']);
    expect(before.out).toContain('its certificate is not installed');
    const partly = await crl(['refresh'], network());
    expect([partly.code, partly.err]).toEqual([2, expect.stringContaining('a new CRL')]);
    const all = world.pem('all.pem', ...world.standIn.authorities);
    expect((await world.run(['authorities', 'import', all, '--catalogue', catalogue])).code).toBe(0);
    const ran = await crl(['refresh', '--json'], network());
    const answer = JSON.parse(ran.out);
    expect([ran.code, answer.fresh]).toEqual([0, true]);
    expect((await crl(['list'])).out.match(/ fresh /g)).toHaveLength(4);
  });

  it('69 where the network forbids or fails', async () => {
    const data = `${world.folder}/unreachable`;
    const all = world.pem('all.pem', ...world.standIn.authorities);
    await world.run(['authorities', 'import', all, '--catalogue', catalogue, '--data', data]);
    const ran = await crl(['refresh', '--data', data]);
    expect(ran.code).toBe(69);
    expect(ran.err).toContain('failed');
  });

  it('import, history, verify-log', async () => {
    const { standIn, samples, now } = world;
    const old = world.file('old.crl', standIn.issueCrl(standIn.user, new Date(now.getTime() - 50 * 86_400_000)));
    expect((await crl(['import', old])).out).toContain('added, CRL');
    expect((await crl(['import', old])).out).toContain('unchanged');
    const history = JSON.parse((await crl(['history', 'stand-in-user', '--json'])).out);
    expect(history.map(({ provenance }: { provenance: string }) => provenance)).toEqual(['imported', 'fetched']);
    const foreign = world.file('foreign.crl', samples.foreign.issueCrl(samples.foreign.root, now));
    expect((await crl(['import', foreign])).code).toBe(1);
    const noCrl = await crl(['import', world.file('no.crl', standIn.root.certificate)]);
    expect([noCrl.code, noCrl.err]).toEqual([65, expect.stringContaining('found a certificate')]);
    const unknown = await crl(['history', 'nobody']);
    expect([unknown.code, unknown.err]).toEqual([64, expect.stringContaining('stand-in-root')]);
    expect((await crl(['verify-log'])).out).toMatch(/^the log is whole: \d+ entries/);
  });

  it('what the data folder holds counts in verify', async () => {
    const server = world.file('server.cer', world.samples.server.certificate);
    const args = ['verify', server, '--profile', 'tls-server', '--dns', 'uc.stand-in.example'];
    expect((await world.run([...args, '--catalogue', catalogue])).code).toBe(0);
    expect((await world.run(args)).code).toBe(2);
  });
});

describe('store', () => {
  it('export and import move everything to another folder', async () => {
    const backup = `${world.folder}/backup.ndjson`;
    expect((await world.run(['store', 'export', backup])).code).toBe(0);
    expect((await world.run(['store', 'export', backup])).code).toBe(64);
    const data = `${world.folder}/restored`;
    const ran = await world.run(['store', 'import', backup, '--data', data]);
    expect([ran.code, ran.err]).toEqual([0, '']);
    const list = async (folder: string[]) =>
      (await world.run(['crl', 'history', 'stand-in-user', '--json', '--catalogue', catalogue, ...folder])).out;
    expect(await list(['--data', data])).toBe(await list([]));
    const broken = world.file('broken.ndjson', 'rubbish\n');
    expect((await world.run(['store', 'import', broken, '--data', data])).code).toBe(65);
    expect((await world.run(['store', 'export', '-', '--data', `${world.folder}/nowhere`])).code).toBe(65);
  });
});
