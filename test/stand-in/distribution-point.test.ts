import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DistributionPoint, serveDistributionPoint } from '../../src/stand-in/index.js';

describe('the distribution point', () => {
  let server: DistributionPoint;
  beforeAll(async () => {
    server = await serveDistributionPoint();
  });
  afterAll(() => server.close());

  const at = new Date('2026-06-01T12:00:00Z');
  const first = new Uint8Array([1, 2, 3]);
  const ask = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers });

  test('serves what is published, with validators', async () => {
    server.publish('/a.crl', first, at);
    const response = await ask('/a.crl');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/pkix-crl');
    expect(response.headers.get('last-modified')).toBe('Mon, 01 Jun 2026 12:00:00 GMT');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(first);
  });

  test('answers 304 to both validators until something new is published, and counts', async () => {
    server.publish('/b.crl', first, at);
    const etag = (await ask('/b.crl')).headers.get('etag') ?? '';
    expect((await ask('/b.crl', { 'if-none-match': etag })).status).toBe(304);
    expect((await ask('/b.crl', { 'if-modified-since': at.toUTCString() })).status).toBe(304);
    server.publish('/b.crl', new Uint8Array([4]), new Date(at.getTime() + 1000));
    expect((await ask('/b.crl', { 'if-none-match': etag, 'if-modified-since': at.toUTCString() })).status).toBe(200);
    expect((await ask('/b.crl', { 'if-modified-since': at.toUTCString() })).status).toBe(200);
    expect(server.requests('/b.crl')).toEqual({ total: 5, notModified: 2 });
  });

  test('404 for what is not there or was taken away; a path can misbehave', async () => {
    expect((await ask('/none.crl')).status).toBe(404);
    server.publish('/c.crl', first, at);
    server.handle('/c.crl', (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'));
    expect(await (await ask('/c.crl')).text()).toBe('<html>');
    server.handle('/c.crl', undefined);
    server.remove('/c.crl');
    expect((await ask('/c.crl')).status).toBe(404);
  });
});
