/** https, ldap and ldaps, and all of them through a proxy: real servers on loopback, certificates by the stand-in. */

import { request as httpRequest } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectGuarded } from '../../src/net/connect.js';
import { fetchGuarded } from '../../src/net/fetch.js';
import { createGuard, type NetworkRules } from '../../src/net/guard.js';
import { readLdapUrl } from '../../src/net/ldap.js';
import { createStandIn, issueServer, pem } from '../../src/stand-in/index.js';
import { httpServer, loopbackGuard, type Running, tcpServer } from './servers.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
const keep = (server: Running): Running => {
  closing.push(server.close);
  return server;
};

let identity: { key: string; cert: string };
let root: string;
beforeAll(() => {
  const now = new Date();
  const pki = createStandIn({ now, crlBaseUrl: 'http://127.0.0.1', algorithm: 'ec-p256' });
  const server = issueServer({
    issuer: pki.infrastructure,
    hosts: ['crl.example'],
    addresses: ['127.0.0.1'],
    notBefore: new Date(now.getTime() - 86_400_000),
    notAfter: new Date(now.getTime() + 86_400_000),
  });
  identity = {
    key: server.keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: pem(server.certificate) + pem(pki.infrastructure.certificate),
  };
  root = pem(pki.root.certificate);
});

const names = async (): Promise<string[]> => ['127.0.0.1'];

describe('https', () => {
  async function serve(): Promise<number> {
    const server = createHttpsServer(identity, (_, response) => response.end('good'));
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    return (server.address() as AddressInfo).port;
  }

  it('is trusted by private roots, by name and by address', async () => {
    const port = await serve();
    const guard = loopbackGuard([port], { roots: [root], resolve: names });
    for (const host of ['crl.example', '127.0.0.1']) {
      expect(await fetchGuarded(`https://${host}:${port}/`, { guard })).toMatchObject({
        kind: 'fetched',
        address: '127.0.0.1',
      });
    }
  });

  it('is refused without its root, and under another name', async () => {
    const port = await serve();
    const without = loopbackGuard([port], { resolve: names });
    expect(await fetchGuarded(`https://crl.example:${port}/`, { guard: without })).toMatchObject({
      kind: 'failed',
      reason: 'tls_failed',
    });
    const other = loopbackGuard([port], { roots: [root], resolve: names });
    expect(await fetchGuarded(`https://other.example:${port}/`, { guard: other })).toMatchObject({
      kind: 'failed',
      reason: 'tls_failed',
    });
  });

  it('fails in words where no TLS is spoken', async () => {
    const plain = keep(await tcpServer((socket) => socket.end('hello')));
    const guard = loopbackGuard([plain.port], { roots: [root] });
    expect(await fetchGuarded(`https://127.0.0.1:${plain.port}/`, { guard })).toMatchObject({
      kind: 'failed',
      reason: 'tls_failed',
    });
  });

  it('that never ends its handshake is given up', async () => {
    const silent = keep(await tcpServer(() => {}));
    const guard = loopbackGuard([silent.port], { connectTimeoutMs: 100 });
    expect(await fetchGuarded(`https://127.0.0.1:${silent.port}/`, { guard })).toMatchObject({
      kind: 'failed',
      reason: 'connect_timeout',
    });
  });
});

/** BER with long-form lengths, as directories send it. */
const ber = (tag: number, ...content: Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(6);
  head[0] = tag;
  head[1] = 0x84;
  head.writeUInt32BE(body.length, 2);
  return Buffer.concat([head, body]);
};
const text = (value: string | Buffer): Buffer => ber(0x04, Buffer.from(value));
const id = (request: Buffer): Buffer => {
  // SEQUENCE header, then messageID INTEGER.
  const at = request[1] !== undefined && request[1] >= 0x80 ? 2 + (request[1] & 0x7f) : 2;
  return request.subarray(at, at + 2 + (request[at + 1] ?? 0));
};
const entry = (request: Buffer, attribute: string, ...values: Buffer[]): Buffer =>
  ber(
    0x30,
    id(request),
    ber(0x64, text('cn=ca'), ber(0x30, ber(0x30, text(attribute), ber(0x31, ...values.map(text))))),
  );
const done = (request: Buffer, code = 0): Buffer =>
  ber(0x30, id(request), ber(0x65, Buffer.from([0x0a, 1, code]), text(''), text('')));

describe('ldap', () => {
  const crl = Buffer.from([0x30, 0x82, 0x01, 0x00, 0xff, 0xfe, 0x00, 0x80]);
  const directory = async (answer: (request: Buffer, socket: Socket) => void): Promise<Running> =>
    keep(await tcpServer((socket) => socket.once('data', (request) => answer(request, socket))));
  const fetchFrom = (
    server: Running,
    rules: NetworkRules = {},
    path = '/cn=ca,dc=example?certificateRevocationList;binary',
  ) => fetchGuarded(`ldap://127.0.0.1:${server.port}${path}`, { guard: loopbackGuard([server.port], rules) });

  it('gives the octets of the attribute, however the stream is cut', async () => {
    const attribute = 'certificateRevocationList;binary';
    const whole = await directory((request, socket) =>
      socket.write(Buffer.concat([entry(request, attribute, crl), done(request)])),
    );
    const outcome = await fetchFrom(whole);
    expect(outcome).toMatchObject({ kind: 'fetched', address: '127.0.0.1' });
    expect(outcome.kind === 'fetched' && Buffer.from(outcome.bytes)).toEqual(crl);
    const drops = await directory((request, socket) => {
      const all = Buffer.concat([entry(request, attribute, crl), done(request)]);
      socket.setNoDelay(true);
      void (async () => {
        for (const octet of all) {
          socket.write(Buffer.from([octet]));
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
    });
    expect(await fetchFrom(drops, {}, '/cn=ca,dc=example')).toMatchObject({ kind: 'fetched' });
  });

  it('gives large CRLs', async () => {
    const large = Buffer.alloc(5_000_000, 7);
    const server = await directory((request, socket) => {
      socket.write(Buffer.concat([entry(request, 'certificateRevocationList;binary', large), done(request)]));
    });
    const outcome = await fetchFrom(server);
    expect(outcome.kind === 'fetched' && outcome.bytes.length).toBe(large.length);
  });

  const bad: [string, (request: Buffer, socket: Socket) => void, string][] = [
    ['has no such entry', (request, socket) => socket.write(done(request, 32)), 'ldap_failed'],
    [
      'has an entry without a CRL',
      (request, socket) => socket.write(Buffer.concat([entry(request, 'cn', crl), done(request)])),
      'ldap_failed',
    ],
    ['closes', (_, socket) => socket.end(), 'cut_off'],
    ['speaks something else', (_, socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n'), 'ldap_failed'],
    [
      'announces 4 GiB and drips',
      (_, socket) => {
        socket.write(Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff]));
        const timer = setInterval(() => socket.write(Buffer.alloc(100_000)), 1);
        socket.on('close', () => clearInterval(timer));
      },
      'too_large',
    ],
    [
      'sends ten thousand small messages',
      (request, socket) => {
        socket.write(Buffer.concat(Array.from({ length: 10_000 }, () => entry(request, 'cn', crl))));
      },
      'ldap_failed',
    ],
    ['says nothing', () => {}, 'timeout'],
    [
      'sends a referral',
      (request, socket) => {
        socket.write(
          Buffer.concat([ber(0x30, id(request), ber(0x73, text('ldap://127.0.0.1:1/cn=x'))), done(request, 10)]),
        );
      },
      'ldap_failed',
    ],
  ];
  it.each(bad)('of a directory that %s fails in words', async (_, answer, reason) => {
    const server = await directory(answer);
    const outcome = await fetchFrom(server, { totalTimeoutMs: 1_000, maximumBytes: 1_000_000 });
    expect(outcome).toMatchObject({ kind: 'failed', reason });
  });

  it('works over TLS', async () => {
    const server = createTlsServer(identity, (socket) => {
      socket.on('error', () => {});
      socket.once('data', (request) => {
        socket.write(Buffer.concat([entry(request, 'certificateRevocationList;binary', crl), done(request)]));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as AddressInfo;
    const url = `ldaps://crl.example:${port}/cn=ca`;
    const guard = loopbackGuard([port], { roots: [root], resolve: names });
    expect(await fetchGuarded(url, { guard })).toMatchObject({ kind: 'fetched' });
    const without = loopbackGuard([port], { resolve: names });
    expect(await fetchGuarded(url, { guard: without })).toMatchObject({ kind: 'failed', reason: 'tls_failed' });
  });

  it.each([
    [
      'ldap://d.example/cn=ca,dc=x',
      { host: 'd.example', port: 389, dn: 'cn=ca,dc=x', attribute: 'certificateRevocationList;binary' },
    ],
    [
      'ldaps://d.example/cn=a%20b?authorityRevocationList?base?(objectClass=*)',
      { port: 636, dn: 'cn=a b', attribute: 'authorityRevocationList;binary' },
    ],
    ['ldap://d.example:1389/cn=ca?deltaRevocationList;binary', { port: 1389, attribute: 'deltaRevocationList;binary' }],
    ['ldap://d.example/', { reason: 'url_invalid' }],
    ['ldap://d.example/cn=ca?userPassword', { reason: 'url_invalid' }],
    ['ldap://d.example/cn=ca?certificateRevocationList?sub', { reason: 'url_invalid' }],
    ['ldap://d.example/cn=ca????!bindname=cn=x', { reason: 'url_invalid' }],
    ['ldap://d.example/cn=%ff', { reason: 'url_invalid' }],
  ])('reads %s', (url, expected) => {
    expect(readLdapUrl(new URL(url))).toMatchObject(expected);
  });
});

describe('a proxy', () => {
  /** A forward proxy: CONNECT, and GET in the absolute form. */
  async function proxy(credentials?: string): Promise<Running & { asked: string[] }> {
    const asked: string[] = [];
    const server = await httpServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      const target = new URL(request.url ?? '');
      httpRequest({ host: '127.0.0.1', port: target.port, path: target.pathname }, (answer) => {
        response.writeHead(answer.statusCode ?? 500);
        answer.pipe(response);
      }).end();
    });
    server.onConnect((request, socket) => {
      asked.push(`CONNECT ${request.url}`);
      const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
      if (request.headers['proxy-authorization'] !== expected) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      const far = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        far.pipe(socket).pipe(far);
      });
      far.on('error', () => socket.destroy());
    });
    return { ...keep(server), asked };
  }

  it('is asked for the checked address, for http and https alike', async () => {
    const good = keep(await httpServer((_, response) => response.end('good')));
    const between = await proxy('user:pass word');
    const rules = { proxy: { url: `http://user:pass%20word@127.0.0.1:${between.port}` }, resolve: names };
    const outcome = await fetchGuarded(`http://crl.example:${good.port}/a`, {
      guard: loopbackGuard([good.port], rules),
    });
    expect(outcome).toMatchObject({ kind: 'fetched', address: '127.0.0.1' });
    expect(between.asked).toEqual([`CONNECT 127.0.0.1:${good.port}`]);
  });

  it('is not asked for what is forbidden', async () => {
    const between = await proxy();
    for (const resolve of ['local', 'proxy'] as const) {
      const guard = createGuard({ proxy: { url: `http://127.0.0.1:${between.port}`, resolve }, resolve: names });
      expect(await fetchGuarded('http://169.254.169.254/', { guard })).toMatchObject({ reason: 'address_forbidden' });
      expect(await fetchGuarded('http://crl.example:6379/', { guard })).toMatchObject({
        reason: resolve === 'local' ? 'address_forbidden' : 'port_forbidden',
      });
    }
    expect(between.asked).toEqual([]);
  });

  it('may be left to resolve names: http goes in the absolute form', async () => {
    const good = keep(await httpServer((_, response) => response.end('good')));
    const between = await proxy();
    const guard = createGuard({
      ports: [good.port],
      proxy: { url: `http://127.0.0.1:${between.port}`, resolve: 'proxy' },
    });
    const url = `http://crl.invalid:${good.port}/a.crl`;
    expect(await fetchGuarded(url, { guard })).toMatchObject({ kind: 'fetched' });
    expect(between.asked).toEqual([`GET ${url}`]);
    const connected = await connectGuarded('crl.invalid', good.port, guard);
    expect(connected.ok).toBe(true);
    if (connected.ok) connected.socket.destroy();
    expect(between.asked.at(-1)).toBe(`CONNECT crl.invalid:${good.port}`);
  });

  it.each([
    ['refuses', (socket: Socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'), 'proxy_failed'],
    ['is none', (socket: Socket) => socket.end('SSH-2.0\r\n\r\n\r\n'), 'proxy_failed'],
    ['hangs up', (socket: Socket) => socket.end(), 'proxy_failed'],
    ['talks without end', (socket: Socket) => socket.write('x'.repeat(20_000)), 'proxy_failed'],
    ['says nothing', () => {}, 'connect_timeout'],
  ])('that %s fails in words', async (_, behave, reason) => {
    const between = keep(await tcpServer((socket) => socket.once('data', () => behave(socket))));
    const guard = loopbackGuard([9], { proxy: { url: `http://127.0.0.1:${between.port}` }, connectTimeoutMs: 300 });
    expect(await fetchGuarded('http://127.0.0.1:9/', { guard })).toMatchObject({ kind: 'failed', reason });
  });

  it('must be an http URL, and its password is not repeated', () => {
    for (const url of ['socks5://a:secret@b', 'nonsense secret', 'http://']) {
      expect(() => createGuard({ proxy: { url } })).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('secret') }),
      );
    }
  });
});
