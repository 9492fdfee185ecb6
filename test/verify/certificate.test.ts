import { describe, expect, it } from 'vitest';
import {
  type CertificateRequest,
  createTrust,
  inspectCertificate,
  loadCatalogue,
  verifyCertificate,
} from '../../src/index.js';
import { certificateBundle, issueServer, pem } from '../../src/stand-in/index.js';
import { authorities, catalogues, crls, errorsOf, now, samples, standIn, trust } from './world.js';

const day = 86_400_000;
const server = samples.server.certificate;
const asServer = (certificate: Uint8Array, more: Partial<CertificateRequest> = {}): CertificateRequest => ({
  certificate,
  profile: 'tls-server',
  ...more,
});

interface Story {
  what: string;
  request: CertificateRequest;
  at?: Date;
  status: 'valid' | 'invalid' | 'indeterminate';
  head?: string;
}

const stories: Story[] = [
  {
    what: 'a good server by name',
    request: asServer(server, { identity: { type: 'dns', value: 'uc.stand-in.example' } }),
    status: 'valid',
  },
  { what: 'by address', request: asServer(server, { identity: { type: 'ip', value: '192.0.2.10' } }), status: 'valid' },
  {
    what: 'with a wrong name',
    request: asServer(server, { identity: { type: 'dns', value: 'www.example.org' } }),
    status: 'invalid',
    head: 'name_mismatch',
  },
  {
    what: 'an identity that is none',
    request: asServer(server, { identity: { type: 'dns', value: 'a..b' } }),
    status: 'invalid',
    head: 'identity_malformed',
  },
  {
    what: 'revoked',
    request: asServer(samples.revokedServer.certificate),
    status: 'invalid',
    head: 'certificate_revoked',
  },
  {
    what: 'revoked since, good before',
    request: asServer(samples.revokedServer.certificate),
    at: new Date(now.getTime() - 40 * day),
    status: 'valid',
  },
  {
    what: 'expired',
    request: asServer(samples.expiredServer.certificate),
    status: 'invalid',
    head: 'certificate_expired',
  },
  {
    what: 'expired, good then',
    request: asServer(samples.expiredServer.certificate),
    at: samples.expiredServerGoodAt,
    status: 'valid',
  },
  {
    what: 'under the wrong authority',
    request: asServer(samples.serverUnderUserCa.certificate),
    status: 'invalid',
    head: 'authority_not_for_profile',
  },
  {
    what: 'by a foreign authority that copies the names',
    request: asServer(samples.foreignServer.certificate),
    status: 'invalid',
    head: 'signature_invalid',
  },
  {
    what: 'by a foreign authority that brings its own certificates',
    request: asServer(samples.foreignServer.certificate, {
      intermediates: samples.foreign.authorities.map((a) => a.certificate),
    }),
    status: 'invalid',
    head: 'signature_invalid',
  },
  {
    what: 'with a missing intermediate',
    request: asServer(samples.serverOfMissingIntermediate.certificate),
    status: 'indeterminate',
    head: 'no_path_to_anchor',
  },
  { what: 'a phone', request: { certificate: samples.phone.certificate, profile: 'device' }, status: 'valid' },
  {
    what: 'a CRL that is stale',
    request: asServer(samples.serverWithStaleCrl.certificate),
    status: 'indeterminate',
    head: 'revocation_unknown',
  },
  {
    what: 'a CRL that is stale, where only a known revocation counts',
    request: asServer(samples.serverWithStaleCrl.certificate, { revocation: 'known' }),
    status: 'valid',
  },
];

describe.each(stories)('$what', ({ request, at, status, head }) => {
  it(`is ${status}`, () => {
    const verdict = verifyCertificate(request, trust, { now, at });
    expect({ status: verdict.status, errors: errorsOf(verdict.findings) }).toMatchObject({ status });
    if (head !== undefined) expect(verdict.findings[0]?.code).toBe(head);
    if (status === 'valid') expect(errorsOf(verdict.findings)).toEqual([]);
  });
});

describe('a verdict', () => {
  it('has one revocation report for each certificate but the anchor', () => {
    const verdict = verifyCertificate(asServer(server), trust, { now });
    expect(verdict.revocation.map(({ certificate, status }) => [certificate, status])).toEqual([
      [0, 'good'],
      [1, 'good'],
    ]);
    expect(verdict.paths[0]?.certificates.map(({ authority }) => authority)).toEqual([
      undefined,
      'stand-in-infrastructure',
      'stand-in-root',
    ]);
    expect(verdict.paths[0]?.anchor).toMatchObject({ kind: 'anchor', authority: 'stand-in-root' });
  });

  it('is the same to the byte when asked again', () => {
    const ask = () => JSON.stringify(verifyCertificate(asServer(server), trust, { now }));
    expect(ask()).toBe(ask());
    const other = createTrust({ catalogues, intermediates: [...authorities].reverse(), crls: [...crls].reverse() });
    const fresh = JSON.stringify(verifyCertificate(asServer(server), other, { now }));
    const [a, b] = [fresh, ask()].map((text) => JSON.parse(text));
    // This trust lacks the timestamp root; all else is the same in any order.
    expect({ ...a, trustVersion: '' }).toEqual({ ...b, trustVersion: '' });
  });
});

describe('pins', () => {
  const request = asServer(server);

  it('nothing installed: indeterminate, naming what is missing', () => {
    const verdict = verifyCertificate(request, createTrust({ catalogues }), { now });
    expect(verdict.status).toBe('indeterminate');
    expect(verdict.findings[0]?.code).toBe('no_path_to_anchor');
    const names = verdict.missing.filter(({ kind }) => kind === 'authority').map(({ name }) => name);
    expect(names).toContain(standIn.root.commonName);
    expect(names).toContain(standIn.infrastructure.commonName);
    expect(names).not.toContain(standIn.user.commonName);
  });

  it('authorities that the request brings count, and are handed to the edge', () => {
    const brought = [standIn.infrastructure.certificate, standIn.root.certificate];
    const verdict = verifyCertificate({ ...request, intermediates: brought, crls }, createTrust({ catalogues }), {
      now,
    });
    expect(verdict.status).toBe('valid');
    expect(verdict.discovered.authorities).toHaveLength(2);
    expect(verdict.discovered.crls.length).toBeGreaterThan(0);
  });

  it('a copy of the names is never an authority', () => {
    const brought = samples.foreign.authorities.map(({ certificate }) => certificate);
    const verdict = verifyCertificate(
      { ...request, certificate: samples.foreignServer.certificate, intermediates: brought },
      createTrust({ catalogues }),
      { now },
    );
    expect(verdict.status).not.toBe('valid');
    expect(verdict.discovered.authorities).toEqual([]);
  });

  it('without the root the status of the pinned authority is unknown', () => {
    const partial = createTrust({ catalogues, intermediates: [standIn.infrastructure.certificate], crls });
    const verdict = verifyCertificate(request, partial, { now });
    expect(verdict.status).toBe('indeterminate');
    expect(errorsOf(verdict.findings)).toEqual(['authority_status_unknown']);
    expect(verdict.paths[0]?.anchor?.kind).toBe('pinned');
    expect(verifyCertificate({ ...request, revocation: 'known' }, partial, { now }).status).toBe('valid');
  });

  it('published facts that differ keep the authority out until confirmed', () => {
    const wrong = catalogueCopy();
    const root = wrong.authorities[0] as Record<string, unknown>;
    root.validTo = '2001-01-01';
    const intermediates = [standIn.root.certificate, standIn.infrastructure.certificate];
    const disputed = verifyCertificate(
      request,
      createTrust({ catalogues: [loadCatalogue(wrong)], intermediates, crls }),
      { now },
    );
    expect(disputed.status).toBe('indeterminate');
    expect(disputed.findings.map(({ code }) => code)).toContain('authority_facts_differ');
    root.confirmed = true;
    const confirmed = createTrust({ catalogues: [loadCatalogue(wrong)], intermediates, crls });
    expect(verifyCertificate(request, confirmed, { now }).status).toBe('valid');
  });

  it('trust that the catalogue ends is ended', () => {
    const ended = catalogueCopy();
    for (const authority of ended.authorities) authority.distrustAfter = '2026-05-01';
    const until = createTrust({ catalogues: [loadCatalogue(ended)], intermediates: authorities, crls });
    expect(verifyCertificate(request, until, { now }).findings[0]?.code).toBe('authority_distrusted');
    expect(verifyCertificate(request, until, { now, at: new Date('2026-04-30T00:00:00Z') }).status).toBe('valid');
  });
});

describe('input forms', () => {
  const status = (certificate: Uint8Array) => verifyCertificate({ certificate }, trust, { now });
  const text = (value: string) => new TextEncoder().encode(value);
  const good = pem(server);

  it.each([
    ['DER', server],
    ['PEM', text(good)],
    ['PEM with CRLF', text(good.replace(/\n/g, '\r\n'))],
    ['PEM with a BOM and text around', text(`\uFEFFBag Attributes\n  friendlyName: x\n${good}trailer`)],
    [
      'X509 CERTIFICATE',
      text(
        good.replace(/BEGIN CERTIFICATE/, 'BEGIN X509 CERTIFICATE').replace(/END CERTIFICATE/, 'END X509 CERTIFICATE'),
      ),
    ],
    ['a bundle', certificateBundle([server])],
  ])('%s', (_, bytes) => {
    expect(status(bytes).status).toBe('valid');
  });

  it.each([
    ['nothing', new Uint8Array(), /0 octets/],
    ['random octets', new Uint8Array([1, 2, 3]), /3 octets/],
    ['truncated DER', server.subarray(0, 200), /truncated/],
    ['trailing octets', new Uint8Array([...server, 0]), /trailing/],
    ['broken base64', text(good.replace(/M/, '!')), /base64/],
    ['a CRL', crls[0] as Uint8Array, /a CRL/],
    ['a private key', text('-----BEGIN PRIVATE KEY-----\nsecretsecret\n-----END PRIVATE KEY-----\n'), /private key/],
    ['nested DER', nested(5000), /expected/],
  ])('%s is malformed', (_, bytes, words) => {
    const verdict = status(bytes);
    expect(verdict.status).toBe('invalid');
    expect(verdict.findings[0]?.code).toBe('certificate_malformed');
    expect(verdict.findings[0]?.message).toMatch(words);
    expect(JSON.stringify(verdict)).not.toContain('secretsecret');
  });

  it('what is no certificate among the intermediates is a warning', () => {
    const verdict = verifyCertificate({ certificate: server, intermediates: [text('rubbish')] }, trust, { now });
    expect(verdict.status).toBe('valid');
    expect(verdict.findings.map(({ code, severity }) => [code, severity])).toContainEqual([
      'intermediate_malformed',
      'warning',
    ]);
  });

  it('what createTrust could not read is listed, and a warning in verdicts', () => {
    const partly = createTrust({
      catalogues,
      intermediates: [...authorities, text('x')],
      anchors: [text('y')],
      crls: [...crls, text('z')],
    });
    expect(partly.refused.map(({ kind, index, finding }) => [kind, index, finding.code])).toEqual([
      ['anchor', 0, 'anchor_malformed'],
      ['intermediate', authorities.length, 'intermediate_malformed'],
      ['crl', crls.length, 'crl_malformed'],
    ]);
    const codes = verifyCertificate({ certificate: server }, partly, { now }).findings.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['anchor_malformed', 'intermediate_malformed', 'crl_malformed']));
  });
});

describe("the programmer's mistakes are TypeErrors", () => {
  const ask =
    (request: unknown, time: unknown = { now }) =>
    () =>
      verifyCertificate(request as CertificateRequest, trust, time as { now: Date });

  it.each([
    ['no request', undefined, undefined, /request/],
    ['a text as certificate', { certificate: 'x' }, undefined, /certificate: expected a Uint8Array/],
    ['an unknown profile', { certificate: server, profile: 'web' }, undefined, /profile: expected one of/],
    ['an Invalid Date', { certificate: server }, { now: new Date('x') }, /time\.now/],
    ['at later than now', { certificate: server }, { now, at: new Date(now.getTime() + 1000) }, /time\.at/],
    ['an unknown key usage', { certificate: server, keyUsage: ['sign'] }, undefined, /keyUsage/],
    ['an unknown purpose', { certificate: server, extendedKeyUsage: ['everything'] }, undefined, /extendedKeyUsage/],
    ['a negative number', { certificate: server, maxIntermediates: -1 }, undefined, /maxIntermediates/],
  ])('%s', (_, request, time, words) => {
    expect(ask(request, time)).toThrow(TypeError);
    expect(ask(request, time)).toThrow(words);
  });

  it('a trust that createTrust did not make', () => {
    expect(() => verifyCertificate({ certificate: server }, {} as typeof trust, { now })).toThrow(TypeError);
  });
});

describe('inspectCertificate', () => {
  it('describes, fingerprints and names the pin', () => {
    const report = inspectCertificate(standIn.root.certificate, trust);
    expect(report).toMatchObject({
      readable: true,
      version: 3,
      pins: [{ catalogue: 'stand-in', authority: 'stand-in-root', differences: [] }],
    });
    expect(report.fingerprints?.sha1).toMatch(/^[0-9a-f]{40}$/);
  });

  it('a certificate with names', () => {
    const { certificate } = issueServer({
      issuer: standIn.infrastructure,
      hosts: ['a.example', '*.b.example'],
      addresses: ['2001:db8::1'],
      notBefore: now,
      notAfter: new Date(now.getTime() + day),
    });
    expect(inspectCertificate(certificate).subjectAltNames).toEqual([
      { form: 'dNSName', value: 'a.example' },
      { form: 'dNSName', value: '*.b.example' },
      { form: 'iPAddress', value: '2001:db8::1' },
    ]);
  });
});

/** The stand-in's catalogue, to be changed. */
function catalogueCopy(): { authorities: Record<string, unknown>[] } {
  return JSON.parse(JSON.stringify(standIn.catalogue));
}

function nested(depth: number): Uint8Array {
  let der = new Uint8Array([0x30, 0x00]);
  for (let i = 0; i < depth && der.length < 60_000; i++) {
    const length =
      der.length < 0x80
        ? [der.length]
        : der.length < 0x100
          ? [0x81, der.length]
          : [0x82, der.length >> 8, der.length & 0xff];
    der = new Uint8Array([0x30, ...length, ...der]);
  }
  return der;
}
