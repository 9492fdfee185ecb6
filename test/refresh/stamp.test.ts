/** Stamps of the log's head by a timestamp authority: the stand-in's, over HTTP on loopback. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createGuard } from '../../src/net/guard.js';
import type { RefreshDeps } from '../../src/refresh/deps.js';
import { startSchedule } from '../../src/refresh/job.js';
import { createStamper, stampDue, stampLog } from '../../src/refresh/stamp.js';
import {
  asn1,
  issueTimestamp,
  issueTimestampAuthority,
  type TimestampOptions,
  timestampResponse,
} from '../../src/stand-in/index.js';
import { verifyLog } from '../../src/store/verify.js';
import { createWorld, day, hour, start, type World } from './world.js';

let w: World;
let deps: RefreshDeps;
let url: string;
/** What the authority makes of the imprint that it is asked to stamp. */
let answer: (imprint: Uint8Array, how?: Partial<TimestampOptions>) => Uint8Array;
let asked = 0;
let close: () => void;

beforeEach(async () => {
  w = await createWorld();
  asked = 0;
  const authority = issueTimestampAuthority({
    subject: 'CN=stamps',
    notBefore: new Date(0),
    notAfter: new Date(start + 900 * day),
  });
  answer = (imprint, how = {}) =>
    timestampResponse(issueTimestamp({ authority, imprint, genTime: new Date(w.now), ...how }));
  const server = createServer((request, response) => {
    asked += 1;
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      expect(request.method).toBe('POST');
      expect(request.headers['content-type']).toBe('application/timestamp-query');
      const body = Buffer.concat(parts);
      // SEQUENCE { 1, SEQUENCE { SEQUENCE { OID, NULL }, OCTET STRING }, TRUE }: the imprint is before the last three octets.
      response.end(answer(new Uint8Array(body.subarray(body.length - 35, body.length - 3))));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  close = () => server.close();
  url = `http://127.0.0.1:${port}/`;
  deps = { ...w.deps, guard: createGuard({ allow: [{ cidr: '127.0.0.1/32', ports: [port] }] }), timestampUrl: url };
});
afterEach(async () => {
  close();
  await w.close();
});

const flipLast = (octets: Uint8Array): Uint8Array => octets.with(-1, (octets.at(-1) ?? 0) ^ 1);

it('stamps the head and keeps the token in the log', async () => {
  const head = await w.store.logHead();
  expect(await stampDue(w.store, w.now)).toBe(true);
  expect(await stampLog(deps, url)).toEqual({ ok: true, seq: head.seq, genTime: start });
  expect(await w.store.lastLog('stamp')).toMatchObject({ seq: head.seq + 1, body: expect.stringContaining(head.hash) });
  expect(await verifyLog(w.store)).toMatchObject({ ok: true });
});

it('is due once a day, and only when something was logged since', async () => {
  await stampLog(deps, url);
  expect(await stampDue(w.store, w.now + 2 * day)).toBe(false);
  await w.store.appendLog('test', {}, w.now);
  expect(await stampDue(w.store, w.now + hour)).toBe(false);
  expect(await stampDue(w.store, w.now + day)).toBe(true);
});

it.each([
  ['a refusal', () => asn1.sequence(asn1.sequence(asn1.integer(2))), 'not_granted'],
  ['rubbish', () => new Uint8Array([1, 2, 3]), 'not_granted'],
  [
    'a token over something else',
    (imprint: Uint8Array) => answer(imprint.with(0, (imprint[0] ?? 0) ^ 1)),
    'not_over_the_head',
  ],
  [
    'a token of yesterday',
    (imprint: Uint8Array) => answer(imprint, { genTime: new Date(w.now - day) }),
    'not_dated_now',
  ],
  ['a token whose signature is wrong', (imprint: Uint8Array) => flipLast(answer(imprint)), 'signature_not_proven'],
  [
    'a token without the certificate that was asked for',
    (imprint: Uint8Array) => answer(imprint, { certificates: [] }),
    'signature_not_proven',
  ],
])('takes no stamp from %s', async (_, make, reason) => {
  const good = answer;
  answer = (imprint) => {
    answer = good;
    return make(imprint);
  };
  expect(await stampLog(deps, url)).toEqual({ ok: false, reason });
  expect(await w.store.lastLog('stamp')).toBeUndefined();
});

it('is made once, however many replicas found it due', async () => {
  let first: Promise<void> = Promise.resolve();
  // The second asks for the lease when the first has done its work and given it back.
  const late = {
    ...w.store,
    acquireLease: (...lease: [string, string, number]) => first.then(() => w.store.acquireLease(...lease)),
  };
  const second = createStamper({ ...deps, store: late })(AbortSignal.timeout(5_000));
  first = createStamper(deps)(AbortSignal.timeout(5_000));
  await Promise.all([first, second]);
  expect(asked).toBe(1);
});

it('is not put off by a clock that was wrong', async () => {
  const stamper = createStamper(deps);
  const right = w.now;
  const genTime = new Date(right);
  const good = answer;
  answer = (imprint) => good(imprint, { genTime });
  w.now += 4_000 * day;
  await stamper(AbortSignal.timeout(5_000));
  expect(w.events.at(-1)).toMatchObject({ type: 'stamp', ok: false, reason: 'not_dated_now' });
  w.now = right;
  await stamper(AbortSignal.timeout(5_000));
  expect(w.events.at(-1)).toMatchObject({ type: 'stamp', ok: true });
});

it('is made by the schedule, and after a failure not again at once', async () => {
  const good = answer;
  answer = () => new Uint8Array([0]);
  const stop = startSchedule(deps, { tickMs: 5 });
  const until = async (condition: () => boolean): Promise<void> => {
    for (let i = 0; i < 1_000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await until(() => w.events.some(({ type }) => type === 'stamp'));
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(asked).toBe(1);
  answer = good;
  w.now += 2 * hour;
  await until(() => w.events.some((event) => event.type === 'stamp' && event.ok));
  await stop();
  expect(asked).toBe(2);
  expect((await w.store.log(0, 1_000)).filter(({ kind }) => kind === 'stamp')).toHaveLength(1);
});
