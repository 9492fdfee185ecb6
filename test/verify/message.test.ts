import { describe, expect, it } from 'vitest';
import { createMessageVerifier, type MessageRequest, type ValidationTime, verifyMessage } from '../../src/index.js';
import { signMessage } from '../../src/stand-in/index.js';
import { errorsOf, messages, now, samples, standIn, trust } from './world.js';

interface Story {
  what: string;
  message: Uint8Array;
  time?: Partial<ValidationTime>;
  request?: Partial<MessageRequest>;
  status: 'valid' | 'invalid' | 'indeterminate';
  head?: string;
  etsi?: string;
  /** Of the worst signer: signature, trust, identity. */
  apart?: [string, string, string];
}

const day = 86_400_000;
const ago = (days: number) => new Date(now.getTime() - days * day);

const stories: Story[] = [
  {
    what: 'a good multipart/signed mail',
    message: messages.goodMultipart,
    status: 'valid',
    apart: ['valid', 'valid', 'valid'],
  },
  { what: 'a good opaque mail', message: messages.goodOpaque, status: 'valid', apart: ['valid', 'valid', 'valid'] },
  {
    what: 'one altered in transit',
    message: messages.altered,
    status: 'invalid',
    head: 'message_digest_mismatch',
    etsi: 'HASH_FAILURE',
    apart: ['invalid', 'valid', 'valid'],
  },
  {
    what: 'one from a revoked certificate: nothing proves that it was not signed before',
    message: messages.byRevokedPerson,
    status: 'indeterminate',
    head: 'revoked_no_poe',
    etsi: 'REVOKED_NO_POE',
    apart: ['valid', 'indeterminate', 'valid'],
  },
  {
    what: 'the same, certainly signed after the revocation',
    message: messages.byRevokedPerson,
    time: { signedAfter: ago(2) },
    status: 'invalid',
    head: 'certificate_revoked',
    etsi: 'REVOKED',
  },
  {
    what: 'the same, held by an archive since before the revocation',
    message: messages.byRevokedPerson,
    time: { at: ago(60) },
    status: 'valid',
  },
  {
    what: 'one by a foreign authority that copies the names',
    message: messages.byForeignPerson,
    status: 'invalid',
    head: 'signature_invalid',
    apart: ['valid', 'invalid', 'valid'],
  },
  {
    what: 'one with another From',
    message: messages.withOtherFrom,
    status: 'invalid',
    head: 'from_mismatch',
    apart: ['valid', 'valid', 'invalid'],
  },
  { what: 'the same, From not compared', message: messages.withOtherFrom, request: { from: false }, status: 'valid' },
  { what: 'two signers of whom one fails', message: messages.twoSignersOneFails, status: 'invalid' },
  {
    what: 'an archived mail without a time',
    message: messages.archived,
    status: 'indeterminate',
    head: 'out_of_bounds_no_poe',
    etsi: 'OUT_OF_BOUNDS_NO_POE',
  },
  {
    what: 'an archived mail at its attested time',
    message: messages.archived,
    time: { at: samples.archivedAt },
    status: 'valid',
  },
  { what: 'an archived mail with a timestamp', message: messages.archivedWithTimestamp, status: 'valid' },
  {
    what: 'a mail that is not signed',
    message: new TextEncoder().encode('From: a@stand-in.example\r\nSubject: x\r\n\r\nHello\r\n'),
    status: 'indeterminate',
    head: 'not_signed',
  },
];

describe.each(stories)('$what', ({ message, time, request, status, head, etsi, apart }) => {
  const verdict = verifyMessage({ message, ...request }, trust, { now, ...time });

  it(`is ${status}`, () => {
    expect({ status: verdict.status, errors: errorsOf(verdict.findings) }).toMatchObject({ status });
    if (head !== undefined) expect(verdict.findings[0]?.code).toBe(head);
    if (status === 'valid') expect(errorsOf(verdict.findings)).toEqual([]);
    if (etsi !== undefined) expect(verdict.etsi.subIndication).toBe(etsi);
  });

  it('keeps signature, trust and identity apart', () => {
    const worst = verdict.signers.find((signer) => signer.status === verdict.status);
    if (apart === undefined) return;
    expect([worst?.signature.status, worst?.trust.status, worst?.identity.status]).toEqual(apart);
  });

  it('says the same when it arrives in pieces', () => {
    const { message: _, ...rest } = { message, ...request };
    const verifier = createMessageVerifier(rest, trust, { now, ...time });
    for (let at = 0; at < message.length; at += 777) verifier.update(message.subarray(at, at + 777));
    expect(verifier.finish()).toEqual(verdict);
  });
});

describe('a claimed signing time', () => {
  it('is reported with what the verdict would be, and moves nothing', () => {
    const verdict = verifyMessage({ message: messages.archived }, trust, { now });
    const [signer] = verdict.signers;
    expect(signer?.status).toBe('indeterminate');
    expect(signer?.claimedSigningTime).toBeDefined();
    expect(signer?.wouldBe).toMatchObject({ status: 'valid', etsi: { indication: 'TOTAL_PASSED' } });
    expect(verdict.time.basis).toBe('now');
  });

  it('a timestamp that verifies sets the time', () => {
    const verdict = verifyMessage({ message: messages.archivedWithTimestamp }, trust, { now });
    expect(verdict.time.basis).toBe('timestamp');
    expect(verdict.signers[0]?.timestamps[0]).toMatchObject({ kind: 'signature', status: 'valid' });
  });
});

it('hands on CRLs of a message as they were, whatever becomes of its buffer', () => {
  const crls = standIn.issueCrls(new Date(now.getTime() - 3_600_000)).map(({ der }) => der);
  const { message } = signMessage({ form: 'attached', signers: [{ by: samples.person }], crls });
  const { discovered } = verifyMessage({ message, from: false }, trust, { now });
  expect(discovered.crls.length).toBeGreaterThan(0);
  message.fill(0);
  for (const der of discovered.crls) expect(crls).toContainEqual(der);
});
