import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Running } from '../../src/cli/serve.js';
import { writePem } from '../../src/x509/pem.js';
import { base64, createWorld, send, type World } from './support.js';

let world: World;
let running: Running;
let verify: string;

beforeAll(async () => {
  world = await createWorld();
  running = await world.start();
  await world.fill(running);
  verify = `${running.server.url}/v1/certificates/verify`;
});
afterAll(() => world.close());

const json = (value: unknown) => ({ type: 'application/json', body: JSON.stringify(value) });

describe('POST /v1/certificates/verify', () => {
  const cases = () => {
    const { samples, standIn } = world;
    const tls = (dns: string) => ({ profile: 'tls-server', identity: { type: 'dns', value: dns } });
    return [
      { of: samples.server, options: tls('uc.stand-in.example'), status: 'valid' },
      { of: samples.server, options: tls('other.example'), status: 'invalid', code: 'name_mismatch' },
      {
        of: samples.revokedServer,
        options: tls('stolen.stand-in.example'),
        status: 'invalid',
        code: 'certificate_revoked',
      },
      { of: samples.foreignServer, options: {}, status: 'invalid', code: 'signature_invalid' },
      { of: samples.serverOfMissingIntermediate, options: {}, status: 'indeterminate', code: 'no_path_to_anchor' },
      { of: standIn.root, options: {}, status: 'valid' },
    ];
  };

  it('gives the same verdict for JSON with base64, JSON with PEM, raw DER and raw PEM', async () => {
    for (const { of, options, status, code } of cases()) {
      const pem = writePem('CERTIFICATE', of.certificate);
      const { identity, ...rest } = options as { identity?: { type: string; value: string } };
      const query = new URLSearchParams({ ...rest, ...(identity ? { [identity.type]: identity.value } : {}) });
      const answers = [
        await send(verify, json({ certificate: base64(of.certificate), ...options })),
        await send(verify, json({ certificate: pem, ...options })),
        await send(`${verify}?${query}`, { type: 'application/pkix-cert', body: of.certificate }),
        await send(`${verify}?${query}`, { type: 'application/pem-certificate-chain', body: pem }),
      ];
      for (const answer of answers) {
        expect(answer.status).toBe(200);
        expect(answer.json.status).toBe(status);
        if (code !== undefined) expect(answer.json.findings[0].code).toBe(code);
        expect({ ...answer.json, time: 0 }).toEqual({ ...answers[0]?.json, time: 0 });
      }
    }
  });

  it('takes lists by repetition, numbers and truth values from the query', async () => {
    const query =
      'keyUsage=digitalSignature&extendedKeyUsage=serverAuth&extendedKeyUsage=clientAuth&maxIntermediates=3&initialExplicitPolicy=true&revocation=off';
    const answer = await send(`${verify}?${query}`, {
      type: 'application/pkix-cert',
      body: world.samples.server.certificate,
    });
    const codes = answer.json.findings.map((finding: { code: string }) => finding.code);
    expect(codes).toContain('extended_key_usage_not_allowed');
    expect(codes).toContain('revocation_not_checked');
  });

  it('takes evidence in the body and a time', async () => {
    const { samples, standIn } = world;
    const at = samples.expiredServerGoodAt;
    const kept = standIn.issueCrl(standIn.infrastructure, new Date(at.getTime() + 86_400_000));
    const certificate = base64(samples.expiredServer.certificate);
    const now = await send(verify, json({ certificate }));
    expect(now.json.findings[0].code).toBe('certificate_expired');
    const then = await send(verify, json({ certificate, at: at.toISOString(), crls: [base64(kept)] }));
    expect(then.json.status).toBe('valid');
    expect(then.json.time.basis).toBe('attested');
    const day = await send(verify, json({ certificate, at: at.toISOString().slice(0, 10), crls: [base64(kept)] }));
    expect(day.json.time.at).toBe(`${at.toISOString().slice(0, 10)}T23:59:59Z`);
    const today = await send(verify, json({ certificate, at: new Date().toISOString().slice(0, 10) }));
    expect(today.json.time.basis).toBe('now');
  });

  it('gives security headers and a request id, and logs neither query nor body', async () => {
    const { samples } = world;
    const answer = await send(`${verify}?mailbox=anna.muster@stand-in.example`, {
      type: 'application/pkix-cert',
      body: samples.person.certificate,
    });
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(world.logged()).toContain('/v1/certificates/verify');
    expect(world.logged()).not.toContain('anna');
  });
});

describe('POST /v1/certificates/inspect', () => {
  it('reports fields and pins', async () => {
    const answer = await send(`${running.server.url}/v1/certificates/inspect`, {
      type: 'application/pkix-cert',
      body: world.standIn.user.certificate,
    });
    expect(answer.status).toBe(200);
    expect(answer.json.pins[0].authority).toBe('stand-in-user');
    expect(answer.json.subject).toContain('Stand-in User CA');
  });
});

describe('a service without authorities', () => {
  it('keeps an authority that is itself asked about', async () => {
    const { standIn } = world;
    const empty = await world.start();
    const url = `${empty.server.url}/v1/certificates/verify?revocation=known`;
    const ask = async ({ certificate }: { certificate: Uint8Array }) =>
      (await send(url, { type: 'application/pkix-cert', body: certificate })).json.status;
    expect(await ask(standIn.root)).toBe('valid');
    expect(await ask(standIn.user)).toBe('valid');
    expect(await ask(world.samples.person)).toBe('valid');
  });

  it('names what is missing and completes itself when the certificates come by', async () => {
    const { samples, standIn } = world;
    const empty = await world.start();
    const url = `${empty.server.url}/v1/certificates/verify`;
    const ask = (certificates: Uint8Array[]) =>
      send(`${url}?revocation=known`, {
        type: 'application/pem-certificate-chain',
        body: certificates.map((der) => writePem('CERTIFICATE', der)).join(''),
      });
    const before = await ask([samples.server.certificate]);
    expect(before.json.status).toBe('indeterminate');
    expect(before.json.findings[0].code).toBe('no_path_to_anchor');
    const bringing = await ask([
      samples.server.certificate,
      standIn.infrastructure.certificate,
      standIn.root.certificate,
    ]);
    expect(bringing.json.status).toBe('valid');
    expect(bringing.json.discovered.authorities).toHaveLength(2);
    const after = await ask([samples.server.certificate]);
    expect(after.json.status).toBe('valid');
    const list = await send(`${empty.server.url}/v1/authorities`, { method: 'GET' });
    const installed = list.json.authorities.filter((one: { installed: boolean }) => one.installed);
    expect(installed.map((one: { id: string }) => one.id)).toEqual(['stand-in-root', 'stand-in-infrastructure']);
  });
});
