import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { haveTool, toolAbsent } from '../support/tools.js';
import { errorsOf, octets, outcomesOf, readAllWays } from './support.js';

const haveBoth = haveTool('gpgsm') && haveTool('openssl', 'version');
const folder = mkdtempSync(join(tmpdir(), 'gpgsm-'));
const environment = { ...process.env, GNUPGHOME: folder };
const path = (name: string) => join(folder, name);
const content = 'Good day,\r\n\r\npay EUR 100\r\n'.repeat(500);

function run(command: string, ...args: string[]): string {
  const result = spawnSync(command, args, { env: environment, input: 'test\n' });
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${result.stderr.toString()}`);
  return result.stdout.toString();
}

const gpgsm = (...args: string[]) =>
  run('gpgsm', '--batch', '--yes', '--pinentry-mode', 'loopback', '--passphrase-fd', '0', ...args);

describe.skipIf(!haveBoth)(`what gpgsm makes (skipped where ${toolAbsent('gpgsm')})`, () => {
  beforeAll(() => {
    writeFileSync(path('gpg-agent.conf'), 'allow-loopback-pinentry\n');
    writeFileSync(path('gpgsm.conf'), 'disable-crl-checks\n');
    writeFileSync(path('content'), content);
    const subject = ['-subj', '/CN=gpgsm', '-addext', 'keyUsage=digitalSignature,keyCertSign', '-days', '30', '-nodes'];
    run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', ...subject, '-keyout', path('key'), '-out', path('pem'));
    const pkcs12 = ['-passout', 'pass:test', '-legacy', '-descert', '-out', path('p12')];
    run('openssl', 'pkcs12', '-export', '-in', path('pem'), '-inkey', path('key'), ...pkcs12);
    gpgsm('--import', path('p12'));
    const fingerprint = run('openssl', 'x509', '-in', path('pem'), '-noout', '-fingerprint', '-sha1');
    writeFileSync(path('trustlist.txt'), `${fingerprint.replace(/^.*=/, '').trim()} S relax\n`);
  });
  afterAll(() => {
    spawnSync('gpgconf', ['--kill', 'all'], { env: environment });
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ['--sign', []],
    ['--sign', ['--armor']],
    ['--detach-sign', []],
    ['--detach-sign', ['--armor']],
  ])('%s %j', (kind, form) => {
    gpgsm('--include-certs', '1', ...form, '--output', path('out'), kind, path('content'));
    const signed = new Uint8Array(readFileSync(path('out')));
    const given = kind === '--detach-sign' ? { content: octets(content) } : {};
    for (const structure of readAllWays(signed, given)) {
      expect(errorsOf(structure)).toEqual([]);
      expect(outcomesOf(structure)).toHaveLength(1);
    }
  });
});
