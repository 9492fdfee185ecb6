/** `crl verify-log` over a log whose head was stamped over HTTP, with and without the trust in its timestamp authority. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGuard } from '../../src/net/guard.js';
import { stampLog } from '../../src/refresh/stamp.js';
import {
  type Issued,
  issueCertificate,
  issueCrl,
  issueTimestamp,
  issueTimestampAuthority,
  timestampResponse,
} from '../../src/stand-in/index.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { createWorld, type World } from '../cli/support.js';

let world: World;
let server: Server;
let trusted: string[];
let env: Record<string, string>;
let crl: string;
let authority: Issued;
const data = () => join(world.folder, 'data');

beforeAll(async () => {
  world = createWorld();
  const { now, standIn } = world;
  const day = (days: number) => new Date(now.getTime() + days * 86_400_000);
  const validity = { notBefore: day(-10), notAfter: day(1_000) };
  const root = issueCertificate({
    subject: 'CN=Root of time',
    ...validity,
    extensions: { basicConstraints: { ca: true } },
  });
  authority = issueTimestampAuthority({ issuer: root, subject: 'CN=Time', ...validity });
  trusted = ['--catalogue', world.file('catalogue.json', JSON.stringify(standIn.catalogue))];
  env = { UNIFY_PKI_TIMESTAMP_AUTHORITIES: world.pem('time.pem', root) };
  crl = world.file('time.crl', issueCrl({ issuer: root, thisUpdate: day(-1), nextUpdate: day(9) }));
  await world.run(['authorities', 'import', world.pem('all.pem', ...standIn.authorities), ...trusted]);

  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      // The imprint is before BOOLEAN TRUE, the last three octets.
      const imprint = new Uint8Array(Buffer.concat(parts).subarray(-35, -3));
      response.end(timestampResponse(issueTimestamp({ authority, imprint, genTime: new Date() })));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const guard = createGuard({ allow: [{ cidr: '127.0.0.1/32', ports: [port] }] });
  const store = await openSqliteStore({ folder: data() });
  const deps = { store, guard, catalogues: [], now: () => Date.now() };
  expect(await stampLog(deps, `http://127.0.0.1:${port}/`)).toMatchObject({ ok: true });
  await store.close();
});
afterAll(() => {
  server.close();
  world.close();
});

const verifyLog = (...more: string[]) => world.run(['crl', 'verify-log', ...more, ...trusted], { env });

it('proves the time where the authority is trusted and not revoked', async () => {
  const ran = await verifyLog('--crl', crl);
  expect([ran.code, ran.err]).toEqual([0, '']);
  expect(ran.out).toMatch(
    /1 of 1 stamps are proven: everything up to entry \d+ existed by \d{4}-\d\d-\d\d \d\d:\d\d UTC/,
  );
  const json = JSON.parse((await verifyLog('--crl', crl, '--json')).out);
  expect(json).toMatchObject({ status: 'valid', altered: [], stamps: { status: 'valid', stamps: 1, unproven: [] } });
  expect(json.stamps.proven.by).toMatch(/^\d{4}-\d\d-\d\dT/);
});

it('is indeterminate, and names what is missing, without proof that it is not revoked', async () => {
  const ran = await verifyLog();
  expect(ran.code).toBe(2);
  expect(ran.out).toContain('the log is whole');
  expect(ran.err).toMatch(/the stamp in entry \d+ proves no time: .*\[revocation_unknown\]/);
  expect(ran.err).toContain('the CRL of "CN=Root of time"');
  expect((await verifyLog('--revocation', 'known')).code).toBe(0);
});

it('is indeterminate where the authority is not trusted', async () => {
  const ran = await world.run(['crl', 'verify-log', '--json', '--crl', crl, ...trusted]);
  expect(ran.code).toBe(2);
  const { status, stamps } = JSON.parse(ran.out);
  expect(status).toBe('indeterminate');
  expect(stamps).toMatchObject({
    status: 'indeterminate',
    unproven: [{ status: 'indeterminate', findings: [{ code: 'no_path_to_anchor' }], missing: [{ kind: 'issuer' }] }],
  });
  expect(stamps.proven).toBeUndefined();
});

it('takes no CRL and no anchor that it cannot read', async () => {
  const rubbish = world.file('rubbish', 'rubbish');
  const ran = await verifyLog('--crl', rubbish);
  expect([ran.code, ran.err]).toEqual([65, expect.stringContaining('rubbish')]);
  const other = await world.run(['crl', 'verify-log', ...trusted], {
    env: { UNIFY_PKI_TIMESTAMP_AUTHORITIES: rubbish },
  });
  expect([other.code, other.err]).toEqual([65, expect.stringContaining('rubbish')]);
});

it('shows a stamp whose signature was altered, though the chain was made to fit', async () => {
  const store = await openSqliteStore({ folder: data() });
  const last = await store.lastLog('stamp');
  const body = JSON.parse(last?.body ?? '{}') as { seq: number; token: string };
  const token = new Uint8Array(Buffer.from(body.token, 'base64'));
  const spoilt = token.with(-1, (token.at(-1) ?? 0) ^ 1);
  await store.appendLog('stamp', { ...body, token: Buffer.from(spoilt).toString('base64') }, Date.now());
  await store.close();
  const ran = await verifyLog('--crl', crl);
  expect(ran.code).toBe(1);
  expect(ran.out).toContain('1 of 2 stamps are proven');
  expect(ran.err).toMatch(/the stamp in entry \d+ is wrong: .*\[message_signature_invalid\]/);
});
