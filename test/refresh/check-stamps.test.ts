/**
 * What the stamps in a log prove: tokens of the stand-in's timestamp authorities over the real hashes of a real log. Every
 * stamp that does not count names its reason.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkStamps, type StampQuestion } from '../../src/refresh/check-stamps.js';
import {
  type Issued,
  issueCertificate,
  issueCrl,
  issueTimestamp,
  issueTimestampAuthority,
  type TimestampOptions,
} from '../../src/stand-in/index.js';
import type { Store } from '../../src/store/port.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { verifyLog } from '../../src/store/verify.js';
import { createTrust, type TrustInput } from '../../src/verify/snapshot.js';

const start = Date.UTC(2026, 5, 1, 12);
const date = (days: number): Date => new Date(start + days * 86_400_000);
const validity = { notBefore: date(-10), notAfter: date(4_000) };
const root = issueCertificate({
  subject: 'CN=Root of time',
  ...validity,
  extensions: { basicConstraints: { ca: true } },
});
const authority = issueTimestampAuthority({ issuer: root, subject: 'CN=Time', ...validity });
const shortLived = issueTimestampAuthority({ issuer: root, subject: 'CN=Time 0', ...validity, notAfter: date(10) });
const crlOf = (days: number, ...entries: Parameters<typeof issueCrl>[0]['entries'] & object) =>
  issueCrl({ issuer: root, thisUpdate: date(days), nextUpdate: date(days + 30), entries, crlNumber: days });

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unify-pki-stamps-'));
  store = await openSqliteStore({ folder });
  await store.appendLog('test', { text: 'first' }, start);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

type Stamp = Partial<TimestampOptions> & {
  over?: number;
  imprint?: Uint8Array;
  spoil?: (token: Uint8Array) => Uint8Array;
};

/** Puts a stamp into the log, over its head unless told otherwise; gives the number of its entry. */
async function stamp(by: Issued, days: number, { over, spoil, ...options }: Stamp = {}): Promise<number> {
  const head = await store.logHead();
  const made = issueTimestamp({
    authority: by,
    imprint: new Uint8Array(Buffer.from(head.hash, 'hex')),
    genTime: date(days),
    certificates: [by.certificate],
    ...options,
  });
  const token = Buffer.from(spoil === undefined ? made : spoil(made)).toString('base64');
  return (await store.appendLog('stamp', { seq: over ?? head.seq, token }, date(days).getTime())).seq;
}

async function check(days: number, trust: TrustInput = {}, question: Partial<StampQuestion> = {}) {
  const { entries } = await verifyLog(store);
  const input = { timestampAuthorities: [root.certificate], crls: [crlOf(days)], ...trust };
  const now = date(days).getTime();
  const checked = await checkStamps(store, { entries, trust: createTrust(input), options: {}, now, ...question });
  const unproven = checked.unproven.map(({ entry, status, findings }) => {
    const codes = findings.filter(({ severity }) => severity === 'error').map(({ code }) => code);
    return [entry, status, ...codes];
  });
  return { status: checked.status, stamps: checked.stamps, proven: checked.proven, unproven };
}

const flipLast = (octets: Uint8Array): Uint8Array => octets.with(-1, (octets.at(-1) ?? 0) ^ 1);

describe('a stamp', () => {
  it('of a trusted authority proves a time, its accuracy included', async () => {
    await stamp(authority, 0, { accuracySeconds: 2 });
    expect(await check(5)).toEqual({
      status: 'valid',
      stamps: 1,
      proven: { seq: 1, by: start + 2_000 },
      unproven: [],
    });
  });

  it('whose signature is wrong is invalid', async () => {
    const entry = await stamp(authority, 0, { spoil: flipLast });
    expect(await check(5)).toMatchObject({
      status: 'invalid',
      proven: undefined,
      unproven: [[entry, 'invalid', 'message_signature_invalid']],
    });
  });

  it('over another entry, and over one that is not there, is invalid', async () => {
    await store.appendLog('test', { text: 'second' }, start);
    const other = await stamp(authority, 0, { over: 1 });
    const absent = await stamp(authority, 0, { over: 99 });
    expect(await check(5)).toMatchObject({
      status: 'invalid',
      unproven: [
        [absent, 'invalid', 'timestamp_imprint_mismatch'],
        [other, 'invalid', 'timestamp_imprint_mismatch'],
      ],
    });
  });

  it('that cannot be read is invalid, whatever stands in its entry', async () => {
    const cut = await stamp(authority, 0, { spoil: (token) => token.subarray(0, 50) });
    const empty = (await store.appendLog('stamp', {}, start)).seq;
    expect(await check(5)).toMatchObject({
      status: 'invalid',
      unproven: [
        [empty, 'invalid', 'timestamp_malformed'],
        [cut, 'invalid', 'timestamp_malformed'],
      ],
    });
  });

  it('dated later than now proves nothing', async () => {
    const entry = await stamp(authority, 6);
    expect(await check(5)).toMatchObject({ unproven: [[entry, 'indeterminate', 'timestamp_not_usable']] });
  });

  it('after the end of what was found whole is not looked at', async () => {
    const entry = await stamp(authority, 0, { spoil: flipLast });
    expect(await check(5, {}, { entries: entry - 1 })).toMatchObject({ status: 'valid', stamps: 0 });
  });
});

describe('the authority of a stamp', () => {
  it('unknown: indeterminate, and what is missing is named', async () => {
    const stranger = issueTimestampAuthority({ subject: 'CN=Stranger', ...validity });
    const entry = await stamp(stranger, 0);
    expect(await check(5)).toMatchObject({
      status: 'indeterminate',
      proven: undefined,
      unproven: [[entry, 'indeterminate', 'no_path_to_anchor']],
    });
    const trust = createTrust({});
    const { unproven } = await checkStamps(store, { entries: entry, trust, options: {}, now: date(5).getTime() });
    expect(unproven[0]?.missing).toEqual([{ kind: 'issuer', name: 'CN=Stranger', urls: [] }]);
  });

  it('one that only copies the names of a trusted one: indeterminate, for nobody altered the log by that', async () => {
    const copy = issueCertificate({ subject: 'CN=Root of time', ...validity });
    const entry = await stamp(issueTimestampAuthority({ issuer: copy, subject: 'CN=Time', ...validity }), 0);
    expect(await check(5)).toMatchObject({
      status: 'indeterminate',
      unproven: [[entry, 'indeterminate', 'signature_invalid']],
    });
  });

  it('not made for timestamps: does not count', async () => {
    const other = issueCertificate({ issuer: root, subject: 'CN=Server', ...validity });
    const entry = await stamp(other, 0);
    expect(await check(5)).toMatchObject({
      status: 'indeterminate',
      unproven: [[entry, 'indeterminate', 'extended_key_usage_invalid']],
    });
  });

  it('without proof that it is not revoked: indeterminate, unless known revocations are all that is asked', async () => {
    const entry = await stamp(authority, 0);
    expect(await check(5, { crls: [] })).toMatchObject({
      unproven: [[entry, 'indeterminate', 'revocation_unknown']],
    });
    expect(await check(5, { crls: [] }, { options: { revocation: 'known' } })).toMatchObject({ status: 'valid' });
  });

  it('is proven by a CRL inside the token, too', async () => {
    await stamp(authority, 0, { crls: [crlOf(0)] });
    expect(await check(5, { crls: [] })).toMatchObject({ status: 'valid', proven: { seq: 1 } });
  });

  it('expired since: no proof', async () => {
    const entry = await stamp(shortLived, 0);
    expect(await check(9)).toMatchObject({ status: 'valid' });
    expect(await check(20, { crls: [crlOf(10)] })).toMatchObject({
      status: 'indeterminate',
      unproven: [[entry, 'indeterminate', 'out_of_bounds_not_revoked']],
    });
  });

  it('expired since, but stamped over before that: judged then', async () => {
    await stamp(shortLived, 0);
    const renewal = await stamp(authority, 9);
    const crls = [crlOf(10), crlOf(1000)];
    const proven = { seq: renewal - 1, by: date(9).getTime() };
    expect(await check(1000, { crls })).toEqual({ status: 'valid', stamps: 2, proven, unproven: [] });
  });

  it('expired when it was stamped over, or another stamp only stands beside it: no proof', async () => {
    const head = await store.logHead();
    const entry = await stamp(shortLived, 0);
    await stamp(authority, 5, { over: head.seq, imprint: new Uint8Array(Buffer.from(head.hash, 'hex')) });
    const crls = [crlOf(10), crlOf(1000)];
    expect(await check(1000, { crls })).toMatchObject({
      status: 'indeterminate',
      proven: { seq: 1, by: date(5).getTime() },
      unproven: [[entry, 'indeterminate', 'out_of_bounds_not_revoked', 'revocation_unknown']],
    });
    const late = await stamp(authority, 11);
    expect(await check(1000, { crls })).toMatchObject({
      status: 'indeterminate',
      proven: { seq: late - 1, by: date(11).getTime() },
      unproven: [[entry, 'indeterminate', 'out_of_bounds_not_revoked']],
    });
  });

  it('revoked since: what was stamped over before its key was lost stays', async () => {
    const revoked = {
      serialNumber: shortLived.serialNumber,
      revocationDate: date(6),
      reason: 'keyCompromise',
    } as const;
    const crls = [crlOf(8, revoked)];
    const entry = await stamp(shortLived, 0);
    expect(await check(9, { crls })).toMatchObject({
      status: 'indeterminate',
      unproven: [[entry, 'indeterminate', 'revoked_no_poe']],
    });
    await stamp(authority, 5);
    expect(await check(9, { crls })).toMatchObject({ status: 'valid', unproven: [] });
  });
});
