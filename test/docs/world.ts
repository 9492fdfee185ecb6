/**
 * The files that the README's examples name, in a folder of their own, and the built program on the PATH there. The PKI
 * has Unify's own dates, so that the examples meet what its users meet: issuing authorities that expired in 2023 and a root
 * that lives on. Its catalogue stands where the built-in one would, since there is no Unify certificate to test with.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import {
  addDays,
  createStandIn,
  type Issued,
  issuePerson,
  issuePhone,
  issueServer,
  pem,
  serveDistributionPoint,
  signMessage,
} from '../../src/stand-in/index.js';
import { ensureBuilt, mainFile } from '../support/built.js';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface DocsWorld {
  readonly folder: string;
  /** As a person would in a shell, in that folder. */
  shell(script: string): Promise<Ran>;
  /** A file of JavaScript there, which can import the package. */
  javascript(source: string): Promise<Ran>;
  /** Starts `unify-pki serve` and gives its URL. */
  serve(): Promise<string>;
  close(): Promise<void>;
}

const algorithm = 'ec-p256';
const asked = new Date('2022-05-31T12:00:00Z');
const validity = {
  algorithm,
  notBefore: new Date('2021-06-01T00:00:00Z'),
  notAfter: new Date('2023-06-01T00:00:00Z'),
} as const;
const anna = { mailbox: 'anna.muster@example.org', commonName: 'Anna Muster' };
const root = fileURLToPath(new URL('../../', import.meta.url));

const pemOf = (...certificates: Issued[]): string => certificates.map(({ certificate }) => pem(certificate)).join('');

export async function createDocsWorld(): Promise<DocsWorld> {
  ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), 'unify-pki-docs-'));
  const file = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);
  const point = await serveDistributionPoint();
  const now = new Date();
  const pki = createStandIn({
    now,
    crlBaseUrl: point.url,
    algorithm,
    id: 'example',
    label: 'Example',
    rootFrom: new Date('2013-09-25T00:00:00Z'),
    issuingFrom: new Date('2013-09-30T00:00:00Z'),
  });
  const sen = createStandIn({
    now,
    crlBaseUrl: point.url,
    algorithm,
    id: 'sen',
    label: 'SEN example',
    rootFrom: new Date('2006-01-01T00:00:00Z'),
    issuingFrom: new Date('2006-01-02T00:00:00Z'),
  });
  for (const { path, der } of pki.issueCrls(addDays(now, -1))) point.publish(path, der, now);

  const server = issueServer({
    ...validity,
    issuer: pki.infrastructure,
    hosts: ['uc.example.org', 'imap.example.org'],
  });
  const person = issuePerson({ ...validity, issuer: pki.user, ...anna });
  const phone = issuePhone({
    ...validity,
    issuer: pki.product,
    commonName: 'Phone 00-1A-E8-00-00-01',
    hosts: ['phone-1.example.org'],
  });
  const old = { notBefore: new Date('2009-01-01T00:00:00Z'), notAfter: new Date('2011-01-01T00:00:00Z') };
  const oldPerson = issuePerson({ ...validity, ...old, issuer: sen.user, ...anna });
  const headers = { from: `Anna Muster <${anna.mailbox}>`, to: 'otto.normal@example.org', subject: 'Invoice' };
  const mail = (by: Issued, date: Date): Uint8Array =>
    signMessage({ ...headers, date, text: 'Please pay EUR 100.\n', signers: [{ by, signingTime: date }] }).message;
  const contract = new TextEncoder().encode('%PDF-1.4 an imitation\n');
  const contractSigner = { by: person, signingTime: addDays(asked, -1) };

  file('server.pem', pemOf(server, pki.infrastructure));
  file('server.cer', server.certificate);
  file('phone.pem', pemOf(phone));
  file('authorities.pem', pemOf(...pki.authorities));
  file('public-root.pem', pemOf(pki.root));
  file('mail.eml', mail(person, addDays(asked, -1)));
  file('old-mail.eml', mail(oldPerson, new Date('2010-03-01T09:00:00Z')));
  file('contract.pdf', contract);
  file('contract.pdf.p7s', signMessage({ form: 'detached', content: contract, signers: [contractSigner] }).message);
  for (const { authority, der } of pki.issueCrls(addDays(asked, 2))) file(`${authority.part}.crl`, der);
  for (const { authority, der } of sen.issueCrls(new Date('2010-03-05T00:00:00Z')))
    file(`sen-${authority.part}.crl`, der);
  file('sen-authorities.pem', pemOf(...sen.authorities));
  file('sen-pki.json', JSON.stringify(sen.catalogue));
  file('catalogue.json', JSON.stringify(pki.catalogue));
  mkdirSync(join(folder, 'certs/unify'), { recursive: true });
  cpSync(join(folder, 'catalogue.json'), join(folder, 'certs/unify/catalogue.json'));

  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/unify-pki'), `#!/bin/sh\nexec '${process.execPath}' '${mainFile}' "$@"\n`, {
    mode: 0o755,
  });
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/unify-pki'), 'dir');

  const tls = await tlsServer(server, pemOf(server, pki.infrastructure));
  const imap = await tlsServer(server, pemOf(server, pki.infrastructure), imapGreeting);
  const env = {
    PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}`,
    HOME: folder,
    UNIFY_PKI_DATA: join(folder, 'data'),
    UNIFY_PKI_CATALOGUES: join(folder, 'catalogue.json'),
    UNIFY_PKI_ALLOW_NETWORKS: `127.0.0.1/32 ${new URL(point.url).port}`,
    UNIFY_PKI_ADMIN_TOKEN: 'a-token-for-tests-only',
  };
  /** Where the README speaks of hosts that do not exist, the test listens. */
  const here = (script: string): string =>
    script
      .replaceAll('-connect uc.example.org:443', `-connect 127.0.0.1:${tls.port}`)
      .replaceAll('-connect uc.example.org:5061', `-connect 127.0.0.1:${tls.port}`)
      .replaceAll('-connect imap.example.org:143', `-connect 127.0.0.1:${imap.port}`);
  const run = (command: string, parameters: string[]): Promise<Ran> =>
    new Promise((resolve) => {
      execFile(command, parameters, { cwd: folder, env }, (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err });
      });
    });
  let service: ChildProcess | undefined;
  return {
    folder,
    shell: (script) => run('sh', ['-e', '-c', here(script)]),
    javascript(source) {
      file('example.mjs', source);
      return run(process.execPath, ['example.mjs']);
    },
    async serve() {
      service = spawn(process.execPath, [mainFile, 'serve', '--port', '0'], { cwd: folder, env });
      return await listeningUrl(service);
    },
    async close() {
      if (service !== undefined && service.exitCode === null) {
        service.kill('SIGTERM');
        await new Promise((done) => service?.once('exit', done));
      }
      for (const { server: one } of [tls, imap]) one.close();
      await point.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function listeningUrl(service: ChildProcess): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    service.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${text}`)));
    for (const stream of [service.stdout, service.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
        const url = /"url":"([^"]+)"/.exec(text)?.[1];
        if (url !== undefined) resolve(url);
      });
    }
  });
}

/** TLS at once, or after a greeting in clear text. */
async function tlsServer(
  { keys }: Issued,
  chain: string,
  greet?: (socket: Socket, startTls: () => void) => void,
): Promise<{ server: Server; port: number }> {
  const key = keys.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const server = createServer((socket) => {
    socket.on('error', () => {});
    const startTls = (): void => {
      const secure = new TLSSocket(socket, { isServer: true, key, cert: chain });
      secure.on('error', () => {});
      secure.on('end', () => secure.end());
      secure.resume();
    };
    if (greet === undefined) startTls();
    else greet(socket, startTls);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, port: (server.address() as AddressInfo).port };
}

/** As much of IMAP (RFC 3501 §6.2.1) as a client needs to begin TLS. */
function imapGreeting(socket: Socket, startTls: () => void): void {
  socket.write('* OK ready\r\n');
  const answer = (chunk: Buffer): void => {
    const [tag = '*', command = ''] = chunk.toString('latin1').trim().split(' ');
    if (/^capability$/i.test(command)) socket.write(`* CAPABILITY IMAP4rev1 STARTTLS\r\n${tag} OK done\r\n`);
    if (!/^starttls$/i.test(command)) return;
    socket.off('data', answer);
    socket.write(`${tag} OK begin\r\n`, startTls);
  };
  socket.on('data', answer);
}
