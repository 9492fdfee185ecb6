/** Authorities, CRLs and their mirror, administration, and what the operator and the developer look at. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Running } from '../../src/cli/serve.js';
import { replayEvidence } from '../../src/http/evidence.js';
import { issueCertificate } from '../../src/stand-in/index.js';
import { adminToken, base64, createWorld, send, type World } from './support.js';

let world: World;
let running: Running;
let url: string;
const bearer = { authorization: `Bearer ${adminToken}` };
const get = (path: string, headers: Record<string, string> = {}) => send(`${url}${path}`, { method: 'GET', headers });

beforeAll(async () => {
  world = await createWorld();
  running = await world.start();
  url = running.server.url;
  await world.fill(running);
});
afterAll(() => world.close());

describe('/v1/authorities', () => {
  it('lists every authority of the catalogue with its published facts', async () => {
    const { json } = await get('/v1/authorities');
    expect(json.authorities.map((one: { id: string }) => one.id)).toEqual(
      world.standIn.authorities.map(({ id }) => id),
    );
    const one = (await get('/v1/authorities/stand-in-user')).json;
    expect(one).toMatchObject({ installed: true, used: true, role: 'issuing', differences: [] });
    expect(one.published.fingerprints.sha1).toMatch(/^[0-9a-f]{40}$/);
    expect((await get('/v1/authorities/nobody')).json.code).toBe('not_found');
  });

  it('gives the certificate as DER, conditionally', async () => {
    const answer = await fetch(`${url}/v1/authorities/stand-in-root/certificate`);
    expect(answer.headers.get('content-type')).toBe('application/pkix-cert');
    expect(base64(new Uint8Array(await answer.arrayBuffer()))).toBe(base64(world.standIn.root.certificate));
    const again = await get('/v1/authorities/stand-in-root/certificate', {
      'if-none-match': answer.headers.get('etag') ?? '',
    });
    expect(again.status).toBe(304);
  });

  it('installs exactly what the pin names', async () => {
    const { standIn, samples } = world;
    const put = (id: string, body: Uint8Array, headers = bearer) =>
      send(`${url}/v1/authorities/${id}/certificate`, { method: 'PUT', type: 'application/pkix-cert', body, headers });
    expect((await put('stand-in-user', standIn.user.certificate)).status).toBe(204);
    const foreign = await put('stand-in-user', samples.foreign.user.certificate);
    expect([foreign.status, foreign.json.code]).toEqual([422, 'pin_differs']);
    const sha1 = createHash('sha1').update(samples.foreign.user.certificate).digest('hex');
    expect(foreign.json.detail).toContain(sha1);
    expect(foreign.json.detail).toContain(createHash('sha1').update(standIn.user.certificate).digest('hex'));
    expect((await put('stand-in-user', standIn.root.certificate)).status).toBe(422);
    expect((await put('stand-in-user', new Uint8Array(5))).json.code).toBe('certificate_malformed');
    expect((await put('nobody', standIn.user.certificate)).status).toBe(404);
  });
});

describe('administration', () => {
  it('needs the token, and is closed where none is configured', async () => {
    const refresh = (base: string, headers = {}) => send(`${base}/v1/crls/refresh`, { headers });
    expect((await refresh(url)).status).toBe(401);
    const wrong = await refresh(url, { authorization: 'Bearer something-else-entirely' });
    expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="unify-pki"']);
    expect((await refresh(url, bearer)).status).toBe(200);
    const closed = await world.start({ adminToken: undefined });
    for (const headers of [{}, bearer]) {
      const answer = await refresh(closed.server.url, headers);
      expect([answer.status, answer.json.code]).toEqual([403, 'admin_closed']);
    }
    expect(world.logged()).not.toContain(adminToken);
  });
});

describe('/v1/crls', () => {
  it('tells how the refresh went, authority by authority', async () => {
    const { json } = await send(`${url}/v1/crls/refresh`, { headers: bearer });
    expect(json).toMatchObject({ ran: true, fresh: true });
    expect(json.authorities).toHaveLength(4);
    expect(json.authorities[0]).toMatchObject({ authority: 'stand-in-root', state: 'fresh' });
  });

  it('imports historic CRLs and lists them', async () => {
    const { standIn, now } = world;
    const old = standIn.issueCrl(standIn.product, new Date(now.getTime() - 40 * 86_400_000));
    const post = (body: Uint8Array | string) =>
      send(`${url}/v1/crls`, { type: 'application/pkix-crl', body, headers: bearer });
    const first = await post(old);
    expect(first.json.crls[0].change).toBe('added');
    expect((await post(old)).json.crls[0].change).toBe('unchanged');
    const history = (await get('/v1/crls?authority=stand-in-product&history=true')).json.crls;
    expect(history.map((crl: { current: boolean }) => crl.current)).toEqual([false, true]);
    expect((await get('/v1/crls?authority=stand-in-product')).json.crls).toHaveLength(1);
    expect((await get('/v1/crls?history=perhaps')).status).toBe(400);
    expect((await get('/v1/crls?autority=x')).status).toBe(400);
  });

  it('refuses what no installed authority signed, and what is no CRL', async () => {
    const { samples, now, standIn } = world;
    const post = (body: Uint8Array) => send(`${url}/v1/crls`, { type: 'application/pkix-crl', body, headers: bearer });
    const foreign = await post(samples.foreign.issueCrl(samples.foreign.root, now));
    expect([foreign.status, foreign.json.code]).toEqual([422, 'crl_refused']);
    const certificate = await post(standIn.root.certificate);
    expect([certificate.status, certificate.json.code]).toEqual([400, 'crl_malformed']);
    expect(certificate.json.detail).toContain('found a certificate');
    expect((await post(new Uint8Array())).json.detail).toContain('nothing');
  });
});

describe('the mirror', () => {
  const path = '/v1/authorities/stand-in-infrastructure/crl';
  it('serves the current CRL with validators, to be cached until nextUpdate', async () => {
    const answer = await fetch(`${url}${path}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect(answer.headers.get('content-type')).toBe('application/pkix-crl');
    const maximumAge = Number(/max-age=(\d+)/.exec(answer.headers.get('cache-control') ?? '')?.[1]);
    expect(maximumAge).toBeGreaterThan(8 * 86_400);
    expect(maximumAge).toBeLessThan(10 * 86_400);
    const { sha256 } = (await get('/v1/crls?authority=stand-in-infrastructure')).json.crls[0];
    expect(answer.headers.get('etag')).toBe(`"${sha256}"`);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    expect((await get(path, { 'if-none-match': `W/"x", "${sha256}"` })).status).toBe(304);
    const since = answer.headers.get('last-modified') ?? '';
    expect((await get(path, { 'if-modified-since': since })).status).toBe(304);
    expect((await get(path, { 'if-none-match': '"x"', 'if-modified-since': since })).status).toBe(200);
    expect((await send(`${url}${path}`, { method: 'HEAD' })).headers.get('etag')).toBe(`"${sha256}"`);
  });

  it('serves a stale complete CRL only where there is no fresh one with a distribution point', async () => {
    const { standIn } = world;
    let now = world.now.getTime();
    const service = await world.start({ now: () => new Date(now) });
    await world.fill(service);
    const served = async () => (await fetch(`${service.server.url}${path}`)).headers.get('etag');
    const complete = await served();
    const scoped = (at: number) =>
      standIn.issueCrl(standIn.infrastructure, new Date(at), {
        issuingDistributionPoint: { fullName: [{ uri: 'http://crl.example/part.crl' }] },
      });
    const post = (body: Uint8Array) =>
      send(`${service.server.url}/v1/crls`, { type: 'application/pkix-crl', body, headers: bearer });
    await post(scoped(now));
    expect(await served()).toBe(complete);
    now += 20 * 86_400_000;
    expect(await served()).toBe(complete);
    const fresh = scoped(now);
    await post(fresh);
    expect(await served()).toBe(`"${createHash('sha256').update(fresh).digest('hex')}"`);
  });

  it('serves what one key signed for each certificate that has it', async () => {
    const { standIn, folder, now } = world;
    const { certificate } = issueCertificate({
      subject: standIn.user.name,
      issuer: standIn.root,
      keys: standIn.user.keys,
      notBefore: now,
      notAfter: new Date(now.getTime() + 4_000 * 86_400_000),
      extensions: { basicConstraints: { ca: true }, keyUsage: ['keyCertSign', 'cRLSign'] },
    });
    const sha256 = createHash('sha256').update(certificate).digest('hex');
    const renewed = { id: 'renewed', name: 'Renewed', role: 'issuing', fingerprints: { sha256 } };
    const authorities = [...standIn.catalogue.authorities, renewed];
    const file = join(folder, 'renewed.json');
    writeFileSync(file, JSON.stringify({ ...standIn.catalogue, authorities }));
    const { server, ...rest } = await world.start({ catalogues: [file] });
    const type = 'application/pkix-cert';
    const put = { method: 'PUT', headers: { ...bearer, 'content-type': type }, body: new Uint8Array(certificate) };
    expect((await fetch(`${server.url}/v1/authorities/renewed/certificate`, put)).status).toBe(204);
    await world.fill({ server, ...rest });
    const mirrored = async (id: string) => {
      const answer = await fetch(`${server.url}/v1/authorities/${id}/crl`);
      return [answer.status, answer.headers.get('etag')];
    };
    expect(await mirrored('renewed')).toEqual(await mirrored('stand-in-user'));
    expect((await mirrored('renewed'))[0]).toBe(200);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/^x509_crl_stale\{authority="renewed"\} 0$/m);
  });

  it('serves historic ones by number and hash', async () => {
    const [crl] = (await get('/v1/crls?authority=stand-in-infrastructure')).json.crls;
    for (const query of [`number=${crl.number}`, `sha256=${crl.sha256}`, `sha256=${crl.sha256.toUpperCase()}`]) {
      expect((await get(`${path}?${query}`)).headers.get('etag')).toBe(`"${crl.sha256}"`);
    }
    expect((await get(`${path}?number=1`)).status).toBe(404);
    expect((await get(`${path}?sha256=00`)).status).toBe(404);
    expect((await get(`${path}?kind=delta`)).status).toBe(404);
    expect((await get(`${path}?kind=other`)).status).toBe(400);
  });
});

describe('POST /v1/batch', () => {
  it('answers line by line, in order, and goes on after a bad one', async () => {
    const { samples } = world;
    const line = (of: { certificate: Uint8Array }, options = {}) =>
      JSON.stringify({ certificate: base64(of.certificate), ...options });
    const body = [
      line(samples.server),
      'rubbish',
      '',
      line(samples.revokedServer),
      '{"certificate":"MIIB"}',
      line(samples.phone),
    ];
    const answer = await send(`${url}/v1/batch`, { type: 'application/x-ndjson', body: body.join('\r\n') });
    expect(answer.type).toBe('application/x-ndjson');
    const lines = answer.text
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(lines.map(({ status }) => status)).toEqual(['valid', 400, 'invalid', 400, 'valid']);
    expect(lines[3].code).toBe('certificate_malformed');
  });
});

describe('evidence', () => {
  it('comes with the verdict where asked for, and replays', async () => {
    const { samples, messages } = world;
    const verify = (path: string, type: string, body: Uint8Array | string, query = '?evidence=true') =>
      send(`${url}/v1/${path}/verify${query}`, { type, body });
    const certificate = base64(samples.revokedServer.certificate);
    const answers = [
      await verify('certificates', 'application/pkix-cert', samples.server.certificate),
      await verify('certificates', 'application/json', JSON.stringify({ certificate, evidence: true }), ''),
      await verify('messages', 'message/rfc822', messages.goodMultipart),
    ];
    for (const { json } of answers) {
      const { evidence, ...verdict } = json;
      const replayed = replayEvidence(evidence);
      expect([replayed.same, replayed.differing]).toEqual([true, []]);
      expect(evidence.verdict).toEqual(verdict);
    }
    expect((await verify('certificates', 'application/pkix-cert', samples.server.certificate, '')).json.evidence).toBe(
      undefined,
    );
  });
});

describe('what operators and developers look at', () => {
  it('health, readiness, metrics', async () => {
    expect((await get('/healthz')).json).toEqual({ status: 'ok' });
    const ready = await get('/readyz');
    expect(ready.json).toMatchObject({ status: 'ready', notes: [] });
    const metrics = (await get('/metrics')).text;
    expect(metrics).toMatch(/^x509_crl_stale\{authority="stand-in-user"\} 0$/m);
    expect(metrics).toMatch(/^x509_crl_this_update\{authority="stand-in-user"\} \d+$/m);
    expect(metrics).toMatch(/^x509_crl_next_update\{authority="stand-in-root"\} \d+$/m);
    expect(metrics).toMatch(/^x509_crl_number\{authority="stand-in-root"\} \d+$/m);
    expect(metrics).toMatch(/^x509_crl_entries\{authority="stand-in-infrastructure"\} 1$/m);
    expect(metrics).toMatch(/^unify_pki_crl_fetches_total\{authority="stand-in-root",result="new"\} 1$/m);
    expect(metrics).toMatch(
      /^http_request_duration_seconds_count\{method="POST",route="\/v1\/batch",status="200"\} 1$/m,
    );
  });

  it('a service without its authorities says so', async () => {
    const empty = await world.start();
    const { json } = await send(`${empty.server.url}/readyz`, { method: 'GET' });
    expect(json.notes[0]).toContain('stand-in-root');
  });

  it('the OpenAPI document names every route and nothing that is not there', async () => {
    const { json } = await get('/openapi.json');
    expect(json.openapi).toBe('3.1.0');
    for (const [path, methods] of Object.entries(json.paths as Record<string, Record<string, unknown>>)) {
      for (const method of Object.keys(methods)) {
        const answer = await send(`${url}${path.replace('{id}', 'stand-in-root')}`, { method: method.toUpperCase() });
        expect([path, method, answer.json?.code]).not.toEqual([path, method, 'method_not_allowed']);
        expect([path, method, answer.json?.detail]).not.toEqual([path, method, 'no route has this path']);
      }
    }
    expect(Object.keys(json.paths)).toContain('/v1/certificates/verify');
    expect(Object.keys(json.paths)).not.toContain('/v1/probe');
  });

  it('the documentation works offline under a strict policy', async () => {
    const page = await get('/docs');
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
    expect(page.text).not.toMatch(/<script|https?:\/\//);
    expect(page.text).toContain('/v1/certificates/verify');
    expect((await get('/docs/style.css')).type).toContain('text/css');
    expect((await get('/')).headers.get('location')).toBe('/docs');
  });

  it('a rate limit answers 429', async () => {
    const limited = await world.start({ rateLimit: 3 });
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await send(`${limited.server.url}/v1/authorities`, { method: 'GET' }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers[3]?.json.code).toBe('too_many_requests');
    expect((await send(`${limited.server.url}/healthz`, { method: 'GET' })).status).toBe(200);
  });

  it('shutdown ends what is under way and closes idle connections', async () => {
    const stopping = await world.start();
    const target = `${stopping.server.url}/v1/certificates/verify`;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(world.samples.server.certificate.subarray(0, 10));
        await held;
        controller.enqueue(world.samples.server.certificate.subarray(10));
        controller.close();
      },
    });
    await send(`${stopping.server.url}/healthz`, { method: 'GET' });
    const pending = send(target, { type: 'application/pkix-cert', body });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const closed = stopping.server.close();
    release();
    expect((await pending).status).toBe(200);
    await closed;
    await expect(fetch(`${stopping.server.url}/healthz`)).rejects.toThrow();
  });
});
