/** Fetching from real servers on loopback, each misbehaving in its own way. Nothing throws, nothing bad is accepted. */
import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { brotliCompressSync, createGzip, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { fetchGuarded } from '../../src/net/fetch.js';
import { createGuard, type NetworkRules } from '../../src/net/guard.js';
import { httpServer, loopbackGuard, type Running, tcpServer } from './servers.js';

const running: Running[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});
async function serve(handler: RequestListener): Promise<Running> {
  const server = await httpServer(handler);
  running.push(server);
  return server;
}
async function serveRaw(answer: string | Buffer, then: 'end' | 'hang' | 'reset' = 'end'): Promise<Running> {
  const server = await tcpServer((socket) => {
    socket.once('data', () => {
      socket.write(answer, () => {
        if (then === 'end') socket.end();
        if (then === 'reset') socket.resetAndDestroy();
      });
    });
  });
  running.push(server);
  return server;
}
const fetchFrom = (server: Running, rules: NetworkRules = {}, path = '/a.crl') =>
  fetchGuarded(server.url + path, { guard: loopbackGuard([server.port], rules) });

const content = new Uint8Array(randomBytes(200_000));

describe('a good answer', () => {
  it('gives the octets, the validators and the way they came', async () => {
    const server = await serve((request, response) => {
      expect(request.headers.accept).toBe('application/pkix-crl');
      response.writeHead(200, {
        etag: '"v1"',
        'last-modified': 'Sun, 22 Nov 2026 00:00:00 GMT',
        'content-type': 'application/pkix-crl',
      });
      response.end(content);
    });
    const outcome = await fetchGuarded(`${server.url}/a.crl?x=1`, {
      guard: loopbackGuard([server.port]),
      accept: 'application/pkix-crl',
    });
    expect(outcome).toMatchObject({
      kind: 'fetched',
      url: `${server.url}/a.crl?x=1`,
      address: '127.0.0.1',
      facts: { etag: '"v1"', lastModified: 'Sun, 22 Nov 2026 00:00:00 GMT', contentType: 'application/pkix-crl' },
    });
    expect(outcome.kind === 'fetched' && Buffer.compare(outcome.bytes, content)).toBe(0);
  });

  it.each([
    ['gzip', gzipSync(content)],
    ['x-gzip', gzipSync(content)],
    ['deflate', deflateSync(content)],
    ['br', brotliCompressSync(content)],
  ])('is unpacked from %s', async (coding, packed) => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': coding });
      response.end(packed);
    });
    const outcome = await fetchFrom(server);
    expect(outcome.kind === 'fetched' && Buffer.compare(outcome.bytes, content)).toBe(0);
  });

  it('may be that nothing changed, where validators were sent', async () => {
    const server = await serve((request, response) => {
      expect(request.headers['if-none-match']).toBe('"v1"');
      expect(request.headers['cache-control']).toBe('no-cache');
      response.writeHead(304, { etag: '"v1"' });
      response.end();
    });
    const guard = loopbackGuard([server.port]);
    const outcome = await fetchGuarded(server.url, { guard, validators: { etag: '"v1"' }, noCache: true });
    expect(outcome).toMatchObject({ kind: 'not_modified', facts: { etag: '"v1"' } });
  });

  it('may come after two redirects', async () => {
    const server = await serve((request, response) => {
      const next = { '/a.crl': '/b.crl', '/b.crl': 'c.crl' }[request.url ?? ''];
      if (next) response.writeHead(302, { location: next });
      response.end('good');
    });
    const outcome = await fetchFrom(server);
    expect(outcome).toMatchObject({
      kind: 'fetched',
      hops: ['/a.crl', '/b.crl', '/c.crl'].map((path) => server.url + path),
    });
  });
});

describe('a bad answer is refused', () => {
  const refused = async (handler: RequestListener, reason: string, rules: NetworkRules = {}): Promise<void> => {
    expect(await fetchFrom(await serve(handler), rules)).toMatchObject({ kind: 'failed', reason });
  };

  it.each([204, 206, 304, 400, 401, 403, 404, 410, 429, 500, 503])('with the status %i', async (status) => {
    await refused((_, response) => response.writeHead(status).end(), 'http_status');
  });

  it('as a captive portal, by its content type', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end('<html>Please log in</html>');
    });
    const guard = loopbackGuard([server.port]);
    const outcome = await fetchGuarded(server.url, { guard, acceptsType: (type) => type !== 'text/html' });
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'content_type', status: 200 });
  });

  it('when it is too large by its own word, before the body is read', async () => {
    await refused((_, response) => response.writeHead(200, { 'content-length': '1000000' }).write('x'), 'too_large', {
      maximumBytes: 1_000,
    });
  });

  it('when it is too large and did not say so', async () => {
    await refused(
      (_, response) => {
        response.writeHead(200);
        for (let i = 0; i < 100; i++) response.write(randomBytes(1_000));
        response.end();
      },
      'too_large',
      { maximumBytes: 50_000 },
    );
  });

  it('as a gzip bomb, with memory under the cap', async () => {
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    await refused(
      (_, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        const bomb = createGzip();
        bomb.pipe(response);
        response.on('close', () => bomb.destroy());
        const zeros = Buffer.alloc(1024 * 1024);
        const feed = (left: number): void => {
          peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
          if (left > 0 && !bomb.destroyed) bomb.write(zeros, () => feed(left - 1));
          else bomb.end();
        };
        feed(2_000);
      },
      'too_large',
      { maximumBytes: 8 * 1024 * 1024 },
    );
    expect(peak).toBeLessThan(64 * 1024 * 1024);
  });

  it.each([
    ['broken', gzipSync(content).subarray(0, 100_000), 'gzip'],
    ['no gzip at all', Buffer.from('hello'), 'gzip'],
    ['stacked', gzipSync(gzipSync(content)), 'gzip, gzip'],
    ['unknown', Buffer.from('hello'), 'zstd'],
  ])('when its coding is %s', async (_, body, coding) => {
    await refused((_request, response) => {
      response.writeHead(200, { 'content-encoding': coding });
      response.end(body);
    }, 'encoding_invalid');
  });

  it('when it drips', async () => {
    await refused(
      (_, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(timer));
      },
      'timeout',
      { totalTimeoutMs: 300 },
    );
  });

  it('when it never begins', async () => {
    await refused(() => {}, 'timeout', { totalTimeoutMs: 200 });
  });

  it.each(['end', 'reset'] as const)('when the connection is cut half-way by %s', async (how) => {
    const server = await serveRaw('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf', how);
    expect(await fetchFrom(server)).toMatchObject({ kind: 'failed', reason: 'cut_off' });
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'],
    ['endless headers', `HTTP/1.1 200 OK\r\n${'X-A: y\r\n'.repeat(10_000)}\r\n`],
  ])('when it is %s', async (_, answer) => {
    expect(await fetchFrom(await serveRaw(answer))).toMatchObject({ kind: 'failed' });
  });

  it('when it redirects for ever', async () => {
    const server = await serve((_, response) => response.writeHead(302, { location: '/a.crl' }).end());
    expect(await fetchFrom(server)).toMatchObject({ kind: 'failed', reason: 'too_many_redirects' });
    expect(server.connections()).toBe(3);
  });

  it.each([
    ['http://127.0.0.9:1/', 'address_forbidden'],
    ['http://169.254.169.254/latest/meta-data', 'address_forbidden'],
    ['http://[::1]/', 'address_forbidden'],
    ['http://[::ffff:10.0.0.1]/', 'address_forbidden'],
    ['http://0x7f000001:81/', 'address_forbidden'],
    ['http://8.8.8.8:6379/', 'port_forbidden'],
    ['ldap://directory.example/cn=a', 'redirect_invalid'],
    ['file:///etc/passwd', 'redirect_invalid'],
    ['http://user:secret@crl.example/', 'url_invalid'],
  ])('when it redirects to %s', async (location, reason) => {
    const server = await serve((_, response) => response.writeHead(302, { location }).end());
    const outcome = await fetchFrom(server);
    expect(outcome).toMatchObject({ kind: 'failed', reason });
    expect(JSON.stringify(outcome)).not.toContain('secret');
  });
});

describe('a URL is refused', () => {
  it.each([
    ['not a url', 'url_invalid'],
    ['http://', 'url_invalid'],
    [`http://crl.example/${'a'.repeat(3_000)}`, 'url_invalid'],
    ['ftp://crl.example/a.crl', 'scheme_not_allowed'],
    ['file:///etc/passwd', 'url_invalid'],
    ['data:,hello', 'url_invalid'],
    ['gopher://crl.example/', 'scheme_not_allowed'],
    ['http://127.0.0.1/', 'address_forbidden'],
    ['https://127.0.0.1/', 'address_forbidden'],
    ['ldap://127.0.0.1/cn=a', 'address_forbidden'],
    ['ldaps://[::1]/cn=a', 'address_forbidden'],
    ['http://2130706433/', 'address_forbidden'],
    ['http://localhost/', 'address_forbidden'],
    ['ldap://0x7f.1/cn=a', 'address_forbidden'],
    ['http://does-not-exist.invalid/', 'name_not_found'],
  ])('%s', async (url, reason) => {
    expect(await fetchGuarded(url, { guard: createGuard() })).toMatchObject({ kind: 'failed', reason });
  });
});

describe('names', () => {
  it('are resolved once, and the checked address is the one connected to (DNS rebinding)', async () => {
    const good = await serve((_, response) => response.end('good'));
    const bad = await httpServer((_, response) => response.end('bad'), '127.0.0.2', good.port);
    running.push(bad);
    let asked = 0;
    const guard = createGuard({
      allow: [{ cidr: '127.0.0.1/32', ports: [good.port] }],
      resolve: async () => (asked++ === 0 ? ['127.0.0.1'] : ['127.0.0.2']),
    });
    const first = await fetchGuarded(`http://rebind.example:${good.port}/`, { guard });
    expect(first).toMatchObject({ kind: 'fetched', address: '127.0.0.1' });
    expect(asked).toBe(1);
    const second = await fetchGuarded(`http://rebind.example:${good.port}/`, { guard });
    expect(second).toMatchObject({ kind: 'failed', reason: 'address_forbidden' });
    expect(bad.connections()).toBe(0);
  });

  it('with good and forbidden addresses are reached by the good ones only', async () => {
    const good = await serve((_, response) => response.end('good'));
    const bad = await httpServer((_, response) => response.end('bad'), '127.0.0.2', good.port);
    running.push(bad);
    const guard = createGuard({
      allow: [{ cidr: '127.0.0.1/32', ports: [good.port] }],
      resolve: async () => ['127.0.0.2', '::1', '127.0.0.1'],
    });
    expect(await fetchGuarded(`http://mixed.example:${good.port}/`, { guard })).toMatchObject({ kind: 'fetched' });
    expect(bad.connections()).toBe(0);
  });

  it('that resolve to nothing, to rubbish, or never, are refused', async () => {
    const outcome = (resolve: () => Promise<string[]>) =>
      fetchGuarded('http://crl.example/', { guard: createGuard({ resolve, connectTimeoutMs: 100 }) });
    expect(await outcome(async () => [])).toMatchObject({ reason: 'name_not_found' });
    expect(await outcome(async () => ['rubbish'])).toMatchObject({ reason: 'address_forbidden' });
    expect(await outcome(() => new Promise(() => {}))).toMatchObject({ reason: 'connect_timeout' });
    expect(await outcome(() => Promise.reject(new Error('no')))).toMatchObject({ reason: 'name_not_found' });
  });

  it('of which one address does not answer are reached by the next', async () => {
    const good = await serve((_, response) => response.end('good'));
    const guard = createGuard({
      allow: [{ cidr: '127.0.0.0/8', ports: [good.port] }],
      resolve: async () => ['127.0.0.3', '127.0.0.1'],
    });
    expect(await fetchGuarded(`http://two.example:${good.port}/`, { guard })).toMatchObject({
      kind: 'fetched',
      address: '127.0.0.1',
    });
  });
});

it('ends at once when it is told to', async () => {
  const server = await serve(() => {});
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  const outcome = await fetchGuarded(server.url, { guard: loopbackGuard([server.port]), signal: controller.signal });
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'timeout' });
});
