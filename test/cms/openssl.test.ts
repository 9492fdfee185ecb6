import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readMessage } from '../../src/cms/message.js';
import { haveTool, toolAbsent } from '../support/tools.js';
import { errorsOf, octets, outcomesOf, readAllWays } from './support.js';

const haveOpenssl = haveTool('openssl', 'version');
const folder = mkdtempSync(join(tmpdir(), 'cms-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = (name: string) => join(folder, name);
const read = (name: string) => new Uint8Array(readFileSync(path(name)));

function run(command: string, ...args: string[]): void {
  const result = spawnSync(command, args, { cwd: folder });
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${result.stderr.toString()}`);
}

const content = 'Content-Type: text/plain\r\n\r\nGood day,\r\n\r\n--\r\n.\r\npay EUR 100\r\n'.concat(
  'line\r\n'.repeat(3000),
);

/** What openssl cms -sign is asked for beyond the signer; `detached`: the content must be given beside. */
const structures: [string, string[], boolean?][] = [
  ['S/MIME, detached', []],
  ['S/MIME, opaque', ['-nodetach']],
  ['S/MIME, opaque, indefinite lengths', ['-nodetach', '-stream']],
  ['S/MIME, opaque, without streaming', ['-nodetach', '-noindef']],
  ['S/MIME, with -crlfeol', ['-crlfeol']],
  ['S/MIME, opaque, with -crlfeol', ['-nodetach', '-crlfeol']],
  ['S/MIME, with text headers', ['-text']],
  ['DER, opaque', ['-nodetach', '-outform', 'DER']],
  ['DER, opaque, streamed', ['-nodetach', '-outform', 'DER', '-stream', '-indef']],
  ['DER, detached', ['-outform', 'DER'], true],
  ['PEM, opaque', ['-nodetach', '-outform', 'PEM']],
  ['PEM, opaque, streamed', ['-nodetach', '-outform', 'PEM', '-stream', '-indef']],
  ['PEM, detached', ['-outform', 'PEM'], true],
  ['without attributes', ['-noattr']],
  ['without attributes, opaque', ['-noattr', '-nodetach']],
  ['without certificates', ['-nocerts']],
  ['by key identifier', ['-keyid']],
  ['with CAdES attributes', ['-cades']],
  ['without S/MIME capabilities', ['-nosmimecap']],
  ['with SHA-1', ['-md', 'sha1']],
  ['with SHA-384', ['-md', 'sha384']],
  ['with SHA3-256', ['-md', 'sha3-256']],
  ['with another content type', ['-nodetach', '-econtent_type', '1.2.3.4']],
];

describe.skipIf(!haveOpenssl)(`what openssl cms -sign makes (skipped where ${toolAbsent('openssl')})`, () => {
  const keys: [string, string[], string[]][] = [
    ['rsa', ['-newkey', 'rsa:2048'], []],
    ['pss', ['-newkey', 'rsa:2048'], ['-keyopt', 'rsa_padding_mode:pss']],
    ['ec', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], []],
  ];
  beforeAll(() => {
    writeFileSync(path('content'), content);
    for (const [name, key] of keys) {
      const extensions = ['-addext', 'subjectKeyIdentifier=hash', '-days', '30'];
      const files = ['-nodes', '-keyout', path(`${name}.key`), '-out', path(`${name}.pem`)];
      run('openssl', 'req', '-x509', ...key, '-subj', `/CN=${name}`, ...extensions, ...files);
      run('openssl', 'x509', '-in', path(`${name}.pem`), '-outform', 'DER', '-out', path(`${name}.der`));
    }
  });
  const signer = (name: string, options: string[]) => [
    ...['-signer', path(`${name}.pem`), '-inkey', path(`${name}.key`)],
    ...options,
  ];
  const sign = (...args: string[]) =>
    run('openssl', 'cms', '-sign', '-binary', '-in', path('content'), '-out', path('out'), ...args);

  describe.each(keys)('%s', (name, _, options) => {
    // The openssl command itself fails at some: PSS with indefinite lengths, SHA-3 with anything but plain RSA.
    const possible = structures.filter(
      ([, args]) =>
        (name === 'rsa' || !args.includes('sha3-256')) &&
        (name !== 'pss' || !(args.includes('-nodetach') && args.includes('-stream'))),
    );
    test.each(possible)('%s', (_, args, detached) => {
      sign(...signer(name, options), ...args);
      const given = detached === true ? { content: octets(content) } : {};
      for (const structure of readAllWays(read('out'), given)) {
        expect(structure.kind, JSON.stringify(structure.findings)).toBe('signed');
        expect(errorsOf(structure, [read(`${name}.der`)])).toEqual([]);
        expect(outcomesOf(structure)).toHaveLength(1);
      }
    });
  });

  test('two signers, and one added later', () => {
    sign(...signer('rsa', []), ...signer('ec', []), '-nodetach', '-outform', 'DER');
    expect(errorsOf(readMessage(read('out')))).toEqual([]);
    run(
      'openssl',
      'cms',
      '-resign',
      '-inform',
      'DER',
      '-outform',
      'DER',
      '-in',
      path('out'),
      '-out',
      path('three'),
      ...signer('pss', []),
    );
    expect(outcomesOf(readMessage(read('three'))).map(({ status }) => status)).toEqual(['valid', 'valid', 'valid']);
  });

  test('smime -sign, encrypted and compressed messages, certificates only', () => {
    run('openssl', 'smime', '-sign', '-in', path('content'), '-out', path('out'), ...signer('rsa', []));
    expect(errorsOf(readMessage(read('out')))).toEqual([]);
    run('openssl', 'cms', '-encrypt', '-in', path('content'), '-out', path('out'), path('rsa.pem'));
    expect(readMessage(read('out')).kind).toBe('encrypted');
    run('openssl', 'cms', '-data_create', '-in', path('content'), '-out', path('out'));
    expect(readMessage(read('out')).kind).toBe('not-signed');
    run('openssl', 'crl2pkcs7', '-nocrl', '-certfile', path('rsa.pem'), '-out', path('out'));
    expect(readMessage(read('out')).kind).toBe('certs-only');
  });
});
