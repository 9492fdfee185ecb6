import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from './support.js';

let world: World;
let root: string;
let chain: string;
let crls: string[];
/** The stand-in's root as anchor, its chain and its CRLs. */
let trusted: string[];

beforeAll(() => {
  world = createWorld();
  const { standIn, samples } = world;
  root = world.pem('root.pem', standIn.root);
  chain = world.pem('chain.pem', standIn.user, standIn.infrastructure, standIn.product);
  crls = samples.published.slice(0, 4).map(({ der }, index) => world.file(`${index}.crl`, der));
  trusted = ['--anchor', root, '--untrusted', chain, ...crls.flatMap((path) => ['--crl', path])];
});
afterAll(() => world.close());

const cer = (name: string, of: { certificate: Uint8Array }) => world.file(name, of.certificate);

describe('verify: the answer and its exit code', () => {
  it('0 valid, with the path and the evidence', async () => {
    const server = cer('server.cer', world.samples.server);
    const args = ['verify', server, '--profile', 'tls-server', '--dns', 'uc.stand-in.example', ...trusted];
    const { code, out, err } = await world.run(args);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^VALID {2}/);
    expect(out).toContain('everything that was asked for is proven');
    expect(out).toMatch(/0 {2}CN=uc\.stand-in\.example\n.*not revoked \(CRL \d+ of/);
    expect(out).toContain('trust anchor');
    expect(out).not.toContain('\u001b');
  });

  it('1 invalid, with the reason first', async () => {
    const server = cer('server.cer', world.samples.server);
    const { code, out } = await world.run(['verify', server, '--dns', 'other.example', ...trusted]);
    expect(code).toBe(1);
    expect(out.split('\n')[1]).toContain('The certificate is not for other.example');
  });

  it('2 indeterminate, with what would help', async () => {
    const orphan = cer('orphan.cer', world.samples.serverOfMissingIntermediate);
    const { code, out } = await world.run(['verify', orphan, ...trusted]);
    expect(code).toBe(2);
    expect(out).toContain('no_path_to_anchor');
    expect(out).toContain('What would help');
  });

  it('several files: the worst', async () => {
    const good = cer('server.cer', world.samples.server);
    const bad = cer('revoked.cer', world.samples.revokedServer);
    const orphan = cer('orphan.cer', world.samples.serverOfMissingIntermediate);
    const rubbish = world.file('rubbish', 'rubbish');
    const codeOf = async (...files: string[]) => (await world.run(['verify', ...files, ...trusted])).code;
    expect(await codeOf(good, good)).toBe(0);
    expect(await codeOf(good, orphan)).toBe(2);
    expect(await codeOf(bad, good)).toBe(1);
    expect(await codeOf(orphan, bad, good)).toBe(1);
    expect(await codeOf(bad, rubbish, good)).toBe(65);
    const { out, err } = await world.run(['verify', rubbish, good, ...trusted]);
    expect(out).toContain('VALID');
    expect(err).toContain('rubbish');
  });

  it('--json prints the verdict of the contract', async () => {
    const server = cer('server.cer', world.samples.server);
    const { code, out } = await world.run(['verify', server, '--json', ...trusted]);
    expect(code).toBe(0);
    const verdict = JSON.parse(out);
    expect(verdict).toMatchObject({ schema: 1, status: 'valid', etsi: { indication: 'PASSED' } });
    expect(verdict.paths[0].certificates).toHaveLength(3);
  });

  it('reads the standard input', async () => {
    const { code } = await world.run(['verify', '-', ...trusted], { stdin: world.samples.server.certificate });
    expect(code).toBe(0);
  });

  it('--at asks about a time: RFC 3339, a day, today', async () => {
    const { expiredServer, expiredServerGoodAt } = world.samples;
    const { standIn } = world;
    const file = cer('expired.cer', expiredServer);
    const day = expiredServerGoodAt.toISOString().slice(0, 10);
    const kept = world.file(
      'kept.crl',
      standIn.issueCrl(standIn.infrastructure, new Date(expiredServerGoodAt.getTime() + 172_800_000)),
    );
    const at = async (time: string) => world.run(['verify', file, '--json', '--at', time, '--crl', kept, ...trusted]);
    expect((await at(expiredServerGoodAt.toISOString())).code).toBe(0);
    const dayRun = await at(day);
    expect([dayRun.code, JSON.parse(dayRun.out).time.at]).toEqual([0, `${day}T23:59:59Z`]);
    const today = JSON.parse((await at(new Date().toISOString().slice(0, 10))).out);
    expect(today.time).toMatchObject({ basis: 'now' });
    expect(today.findings[0].code).toBe('certificate_expired');
  });

  it('options reach the request', async () => {
    const server = cer('server.cer', world.samples.server);
    const codes = async (...args: string[]) => {
      const { out } = await world.run(['verify', server, '--json', '--anchor', root, '--untrusted', chain, ...args]);
      return JSON.parse(out).findings.map((finding: { code: string }) => finding.code);
    };
    expect(await codes()).toContain('revocation_unknown');
    expect(await codes('--revocation', 'known')).toContain('revocation_missing');
    expect(await codes('--revocation', 'off')).toContain('revocation_not_checked');
    expect(await codes('--ip', '192.0.2.10')).not.toContain('name_mismatch');
    expect(await codes('--ip', '192.0.2.11')).toContain('name_mismatch');
    expect(await codes('--mailbox', 'a@b.example')).toContain('identity_missing');
    expect(await codes('--profile', 'smime')).toContain('extended_key_usage_not_allowed');
  });

  it('--catalogue judges authorities by their pins', async () => {
    const catalogue = world.file('catalogue.json', JSON.stringify(world.standIn.catalogue));
    const server = cer('user-ca.cer', world.samples.serverUnderUserCa);
    const args = [
      'verify',
      server,
      '--json',
      '--profile',
      'tls-server',
      '--catalogue',
      catalogue,
      '--untrusted',
      chain,
      '--untrusted',
      root,
    ];
    const { code, out } = await world.run(args);
    expect([code, JSON.parse(out).findings[0].code]).toEqual([1, 'authority_not_for_profile']);
  });

  it('without anchor or catalogue the built-in catalogue counts: nothing is installed, so nothing is proven', async () => {
    const server = cer('server.cer', world.samples.server);
    const { code, out } = await world.run(['verify', server, '--json']);
    expect([code, JSON.parse(out).findings[0].code]).toEqual([2, 'no_path_to_anchor']);
  });
});

describe('verify: mistakes of usage are 64', () => {
  const cases: [string, string[], RegExp][] = [
    ['no file', [], /missing required argument/],
    ['an unknown option', ['x', '--profil', 'smime'], /unknown option/],
    ['an unknown profile', ['x', '--profile', 'tls'], /Allowed choices are rfc5280/],
    ['two identities', ['x', '--dns', 'a', '--ip', '192.0.2.1'], /cannot be used with/],
    ['a date that is none', ['x', '--at', '2023-02-30'], /calendar/],
    ['a time without a zone', ['x', '--at', '2023-02-03T04:05:06'], /without a zone/],
    ['a time to come', ['x', '--at', '2999-01-01'], /not later than now/],
    [
      'a day to come',
      ['x', '--at', new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)],
      /not later than now/,
    ],
    ['an unknown choice', ['x', '--revocation', 'maybe'], /require, known, off/],
    ['stdin twice', ['-', '--crl', '-'], /only once/],
    ['content for several files', ['x', 'y', '--content', 'z'], /one FILE/],
  ];
  it.each(cases)('%s', async (_, args, sentence) => {
    const { code, out, err } = await world.run(['verify', ...args]);
    expect([code, out]).toEqual([64, '']);
    expect(err).toMatch(sentence);
  });

  it('no command, an unknown command, an unknown variable', async () => {
    expect((await world.run([])).code).toBe(64);
    expect((await world.run(['verfy'])).code).toBe(64);
    const { code, err } = await world.run(['authorities'], { env: { UNIFY_PKI_DATE: 'x' } });
    expect([code, err]).toEqual([64, expect.stringContaining('UNIFY_PKI_DATE')]);
  });
});

describe('verify: unreadable input is 65', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keyPem = privateKey.export({ format: 'pem', type: 'pkcs1' }) as string;
  const keys = (format: 'pkcs1' | 'pkcs8') => new Uint8Array(privateKey.export({ format: 'der', type: format }));
  const cases: [string, () => string, RegExp][] = [
    ['no such file', () => join(world.folder, 'none'), /there is no such file/],
    ['a folder', () => world.folder, /folder/],
    ['an empty file', () => world.file('empty', ''), /nothing/],
    ['random text', () => world.file('text', 'hello, world'), /neither/],
    [
      'a truncated certificate',
      () => world.file('cut.cer', world.samples.server.certificate.subarray(0, 300)),
      /truncated/,
    ],
    ['a CRL', () => crls[0] as string, /found a CRL/],
    ['a private key, PEM', () => world.file('key.pem', keyPem), /found a private key/],
    ['a private key, PKCS #1', () => world.file('key1.der', keys('pkcs1')), /found a private key/],
    ['a private key, PKCS #8', () => world.file('key8.der', keys('pkcs8')), /found a private key/],
  ];
  it.each(cases)('%s', async (_, path, sentence) => {
    const { code, out, err } = await world.run(['verify', path(), ...trusted]);
    expect([code, out]).toEqual([65, '']);
    expect(err).toMatch(sentence);
    expect(err).not.toContain(keyPem.split('\n')[1]);
  });

  it('a catalogue that is none names the field', async () => {
    const server = cer('server.cer', world.samples.server);
    const broken = world.file(
      'broken.json',
      JSON.stringify({ ...world.standIn.catalogue, authorities: [{ id: 'x' }] }),
    );
    const { code, err } = await world.run(['verify', server, '--catalogue', broken]);
    expect([code, err]).toEqual([65, expect.stringMatching(/authorities\[0\]/)]);
    const noJson = world.file('no.json', '{');
    expect((await world.run(['verify', server, '--catalogue', noJson])).code).toBe(65);
  });
});
