/** Every input that cannot be read gets its status, its problem code and a sentence, and the next request is answered. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Running } from '../../src/cli/serve.js';
import { writePem } from '../../src/x509/pem.js';
import { base64, createWorld, type Sending, send, type World } from './support.js';

let world: World;
let running: Running;

beforeAll(async () => {
  world = await createWorld();
  running = await world.start();
  await world.fill(running);
});
afterAll(() => world.close());

const der = () => world.samples.server.certificate;
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pkcs8 = new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }));
const keyPem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;

/** SEQUENCE in SEQUENCE in SEQUENCE …, within the size limit. */
function nested(depth: number): Uint8Array {
  const headers: number[][] = [];
  let length = 0;
  for (let i = 0; i < depth; i++) {
    const header = length < 0x80 ? [0x30, length] : [0x30, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
    headers.push(header);
    length += header.length;
  }
  return new Uint8Array(headers.reverse().flat());
}

const cut = (bytes: Uint8Array, by: number) => bytes.subarray(0, bytes.length - by);
const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

interface Case {
  what: string;
  query?: string;
  request: () => Sending;
  status: number;
  code: string;
  field?: string;
  sentence: RegExp;
}

const raw = (body: () => Uint8Array, type = 'application/pkix-cert') => ({ request: () => ({ type, body: body() }) });
const json = (value: () => unknown) => ({
  request: () => ({ type: 'application/json', body: JSON.stringify(value()) }),
});
const text = (body: string, type = 'application/json') => ({ request: () => ({ type, body }) });
const malformed = { status: 400, code: 'certificate_malformed' };
const unreadable = { status: 400, code: 'request_malformed' };
const withOption = (options: Record<string, unknown>) => json(() => ({ certificate: base64(der()), ...options }));

const cases: Case[] = [
  { what: 'nothing', ...raw(() => new Uint8Array()), ...malformed, sentence: /found nothing/ },
  { what: 'a truncated certificate', ...raw(() => cut(der(), 20)), ...malformed, sentence: /truncated/ },
  {
    what: 'trailing bytes',
    ...raw(() => joined(der(), new Uint8Array(3))),
    ...malformed,
    sentence: /expected .* found/,
  },
  { what: 'random bytes', ...raw(() => new Uint8Array(randomBytes(5000))), ...malformed, sentence: /expected/ },
  { what: 'deeply nested DER', ...raw(() => nested(100_000)), ...malformed, sentence: /expected/ },
  {
    what: 'a CRL',
    ...raw(() => world.standIn.issueCrl(world.standIn.root, world.now)),
    ...malformed,
    sentence: /found a CRL/,
  },
  { what: 'a private key, DER', ...raw(() => pkcs8), ...malformed, sentence: /found a private key/ },
  {
    what: 'a private key, PEM',
    ...text(keyPem, 'application/pem-certificate-chain'),
    ...malformed,
    sentence: /found a private key/,
  },
  {
    what: 'a private key in JSON',
    ...json(() => ({ certificate: keyPem })),
    ...malformed,
    sentence: /found a private key/,
  },
  {
    what: 'PEM with broken base64',
    ...text('-----BEGIN CERTIFICATE-----\n*?*\n-----END CERTIFICATE-----\n', 'application/pem-certificate-chain'),
    ...malformed,
    sentence: /base64/,
  },
  {
    what: 'PEM without an end',
    ...text('-----BEGIN CERTIFICATE-----\nMIIB\n', 'application/pem-certificate-chain'),
    ...malformed,
    sentence: /END CERTIFICATE/,
  },
  {
    what: 'broken base64 in JSON',
    ...json(() => ({ certificate: 'MII*' })),
    ...malformed,
    field: 'certificate',
    sentence: /base64/,
  },
  {
    what: 'an empty certificate in JSON',
    ...json(() => ({ certificate: '' })),
    ...malformed,
    field: 'certificate',
    sentence: /found nothing/,
  },
  { what: 'an empty JSON body', ...text(''), ...unreadable, sentence: /empty/ },
  { what: 'no JSON', ...text('{"certificate":'), ...unreadable, sentence: /expected JSON/ },
  {
    what: 'JSON that is not UTF-8',
    ...raw(() => new Uint8Array([0x22, 0xff, 0x22]), 'application/json'),
    ...unreadable,
    sentence: /expected JSON/,
  },
  { what: 'deeply nested JSON', ...text('['.repeat(200_000)), ...unreadable, sentence: /expected/ },
  { what: 'a JSON list', ...text('[]'), ...unreadable, sentence: /expected an object, found a list/ },
  { what: 'JSON null', ...text('null'), ...unreadable, sentence: /expected an object, found null/ },
  {
    what: 'no certificate',
    ...text('{}'),
    ...unreadable,
    field: 'certificate',
    sentence: /expected a text, found nothing/,
  },
  {
    what: 'a number for the certificate',
    ...json(() => ({ certificate: 7 })),
    ...unreadable,
    field: 'certificate',
    sentence: /expected a text, found a number/,
  },
  {
    what: 'a text for a list',
    ...withOption({ intermediates: 'x' }),
    ...unreadable,
    field: 'intermediates',
    sentence: /expected a list/,
  },
  {
    what: 'broken base64 in a list',
    ...withOption({ crls: ['MIIB', '*'] }),
    ...unreadable,
    field: 'crls.1',
    sentence: /base64/,
  },
  {
    what: 'too many intermediates',
    ...withOption({ intermediates: Array(65).fill('MIIB') }),
    ...unreadable,
    field: 'intermediates',
    sentence: /at most 64/,
  },
  {
    what: 'an unknown profile',
    ...withOption({ profile: 'tls' }),
    ...unreadable,
    field: 'profile',
    sentence: /expected one of rfc5280, .*found "tls"/,
  },
  {
    what: 'an unknown field',
    ...withOption({ profil: 'tls-server' }),
    ...unreadable,
    field: 'profil',
    sentence: /"profil"/,
  },
  {
    what: 'an unknown field inside',
    ...withOption({ identity: { type: 'dns', value: 'a', x: 1 } }),
    ...unreadable,
    field: 'identity.x',
    sentence: /"identity.x"/,
  },
  {
    what: 'the clock in the request',
    ...withOption({ now: '2020-01-01T00:00:00Z' }),
    ...unreadable,
    field: 'now',
    sentence: /"now"/,
  },
  {
    what: 'an unknown identity type',
    ...withOption({ identity: { type: 'uri', value: 'a' } }),
    ...unreadable,
    field: 'identity.type',
    sentence: /dns, ip, mailbox/,
  },
  {
    what: 'an unknown key usage',
    ...withOption({ keyUsage: ['sign'] }),
    ...unreadable,
    field: 'keyUsage.0',
    sentence: /key usage/,
  },
  {
    what: 'an unknown purpose',
    ...withOption({ extendedKeyUsage: ['server'] }),
    ...unreadable,
    field: 'extendedKeyUsage.0',
    sentence: /serverAuth/,
  },
  {
    what: 'a policy that is no OID',
    ...withOption({ policy: { initialPolicySet: ['any'] } }),
    ...unreadable,
    field: 'policy.initialPolicySet.0',
    sentence: /object identifier/,
  },
  {
    what: 'null for an option',
    ...withOption({ revocation: null }),
    ...unreadable,
    field: 'revocation',
    sentence: /expected/,
  },
  {
    what: 'a number as a time',
    ...withOption({ at: 1700000000 }),
    ...unreadable,
    field: 'at',
    sentence: /expected a text/,
  },
  ...['yesterday', '2023-02-30', '2023-13-01', '2023-05-01T12:00:00', '2023-05-01T25:00:00Z', ''].map((at) => ({
    what: `the time "${at}"`,
    ...withOption({ at }),
    ...unreadable,
    field: 'at',
    sentence: /expected a time as/,
  })),
  {
    what: 'a time to come',
    ...withOption({ at: '2999-01-01T00:00:00Z' }),
    ...unreadable,
    field: 'at',
    sentence: /not later than now/,
  },
  {
    what: 'an order of times that cannot be',
    ...withOption({ at: '2020-01-01', signedAfter: '2021-01-01' }),
    ...unreadable,
    field: 'signedAfter',
    sentence: /not later than "at"/,
  },
  {
    what: 'an unknown query parameter',
    query: 'profil=tls-server',
    ...raw(der),
    ...unreadable,
    field: 'profil',
    sentence: /"profil"/,
  },
  {
    what: 'a parameter twice',
    query: 'profile=device&profile=smime',
    ...raw(der),
    ...unreadable,
    field: 'profile',
    sentence: /once/,
  },
  {
    what: 'two identities',
    query: 'dns=a.example&ip=192.0.2.1',
    ...raw(der),
    ...unreadable,
    sentence: /one of dns, ip and mailbox/,
  },
  {
    what: 'a number that is none',
    query: 'maxIntermediates=many',
    ...raw(der),
    ...unreadable,
    field: 'maxIntermediates',
    sentence: /expected a number/,
  },
  {
    what: 'options beside JSON',
    query: 'profile=device',
    ...withOption({}),
    ...unreadable,
    field: 'profile',
    sentence: /in the JSON body/,
  },
  {
    what: 'no content type',
    request: () => ({ body: der() }),
    status: 415,
    code: 'content_type_unsupported',
    sentence: /no content type/,
  },
  {
    what: 'an unknown content type',
    ...raw(der, 'image/png'),
    status: 415,
    code: 'content_type_unsupported',
    sentence: /image\/png/,
  },
  {
    what: 'a form',
    ...text('a=b', 'application/x-www-form-urlencoded'),
    status: 415,
    code: 'content_type_unsupported',
    sentence: /expected application\/json/,
  },
  {
    what: 'an encoded body',
    request: () => ({ type: 'application/json', body: '{}', headers: { 'content-encoding': 'gzip' } }),
    status: 415,
    code: 'content_type_unsupported',
    sentence: /encoding/,
  },
  {
    what: 'one octet too many',
    ...raw(() => new Uint8Array(1024 * 1024 + 1)),
    status: 413,
    code: 'too_large',
    sentence: /1048576/,
  },
];

describe('bad input to POST /v1/certificates/verify', () => {
  afterEach(async () => {
    const next = await send(`${running.server.url}/v1/certificates/verify`, {
      type: 'application/pkix-cert',
      body: der(),
    });
    expect([next.status, next.json.status]).toEqual([200, 'valid']);
  });

  it.each(cases)('$what', async ({ query, request, status, code, field, sentence }) => {
    const url = `${running.server.url}/v1/certificates/verify${query === undefined ? '' : `?${query}`}`;
    const answer = await send(url, request());
    expect(answer.type).toBe('application/problem+json');
    expect(answer.json).toMatchObject({ status, code, type: `urn:unify-pki:problem:${code}` });
    expect(answer.status).toBe(status);
    expect(answer.json.detail).toMatch(sentence);
    if (field !== undefined) expect(answer.json.field).toBe(field);
    const secret = keyPem.split('\n')[1] as string;
    expect(answer.text).not.toContain(secret);
    expect(world.logged()).not.toContain(secret);
  });

  it('a body without a length that grows too large', async () => {
    const chunk = new Uint8Array(256 * 1024);
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent += 1;
        if (sent > 5) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const answer = await send(`${running.server.url}/v1/certificates/verify`, { type: 'application/pkix-cert', body });
    expect([answer.status, answer.json.code]).toEqual([413, 'too_large']);
    expect(answer.headers.get('connection')).toBe('close');
  });

  it('a declared length beyond the limit is answered before the body comes, and the connection closed', async () => {
    const { hostname, port } = new URL(running.server.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      'POST /v1/certificates/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n{',
    );
    let received = '';
    for await (const chunk of socket) received += chunk;
    expect(received).toMatch(/^HTTP\/1\.1 413 /);
    expect(received.toLowerCase()).toContain('connection: close');
  });

  it('a request that is no HTTP, and a header that is too large', async () => {
    const { hostname, port } = new URL(running.server.url);
    for (const request of [
      '\x16\x03\x01\x02\x00rubbish\r\n\r\n',
      `GET / HTTP/1.1\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`,
    ]) {
      const socket = connect(Number(port), hostname);
      socket.write(request);
      let received = '';
      for await (const chunk of socket) received += chunk;
      expect(received).toMatch(/^HTTP\/1\.1 4\d\d /);
    }
  });
});

describe('paths and methods', () => {
  it('unknown paths are 404, known ones with another method 405 with what is allowed', async () => {
    const missing = await send(`${running.server.url}/v2/x`, { method: 'GET' });
    expect([missing.status, missing.json.code]).toEqual([404, 'not_found']);
    const method = await send(`${running.server.url}/v1/certificates/verify`, { method: 'GET' });
    expect([method.status, method.json.code]).toEqual([405, 'method_not_allowed']);
    expect(method.headers.get('allow')).toBe('POST');
  });

  it('a certificate that several PEM blocks surround with other things', async () => {
    const pem = `# a comment\r\n${writePem('CERTIFICATE', der()).replaceAll('\n', '\r\n')}\r\nbye`;
    const answer = await send(`${running.server.url}/v1/certificates/verify`, {
      type: 'application/pem-certificate-chain; charset=us-ascii',
      body: pem,
    });
    expect(answer.json.status).toBe('valid');
  });
});
