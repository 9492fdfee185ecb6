import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMessage } from '../../src/cms/message.js';
import { senderMailboxes } from '../../src/cms/sender.js';
import { readTimestampToken } from '../../src/cms/timestamp.js';
import {
  issueCertificate,
  issueTimestamp,
  issueTimestampAuthority,
  sharedKeys,
  signMessage,
} from '../../src/stand-in/index.js';
import { errorsOf, readInChunks } from './support.js';

const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };
const by = issueCertificate({ subject: 'CN=a', keys: sharedKeys('ec-p256', 'cms'), ...validity });
const authority = issueTimestampAuthority({ subject: 'CN=TSA', ...validity });
const genTime = new Date('2026-06-01T12:00:00Z');
const signers = [{ by, signingCertificate: true, timestamps: [{ authority, genTime }] }];
const forms = (['multipart', 'opaque', 'attached'] as const).flatMap((form) =>
  (['der', 'ber'] as const).map(
    (encoding) => signMessage({ form, encoding, signers, text: 'some text', from: 'a@b.example' }).message,
  ),
);

const mutation = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('set', 'remove', 'insert', 'cut', 'copy'),
  octet: fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x30, 0x24, 0xa0, 10, 13, 45),
  length: fc.integer({ min: 1, max: 40 }),
});

function mutate(
  message: Uint8Array,
  { at, kind, octet, length }: { at: number; kind: string; octet: number; length: number },
): Uint8Array {
  const position = at % message.length;
  const [before, after] = [message.subarray(0, position), message.subarray(position)];
  if (kind === 'set') return Uint8Array.from([...before, octet, ...after.subarray(1)]);
  if (kind === 'remove') return Uint8Array.from([...before, ...after.subarray(length)]);
  if (kind === 'insert') return Uint8Array.from([...before, octet, ...after]);
  if (kind === 'cut') return before.length === 0 ? message : before.slice();
  return Uint8Array.from([...before, ...after.subarray(0, length), ...after]);
}

describe('hostile octets', () => {
  test('mutated messages never throw, and say the same whole and in chunks', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...forms),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 300 }),
        (message, mutations, size) => {
          const hostile = mutations.reduce(mutate, message);
          const whole = readMessage(hostile);
          const chunked = readInChunks(hostile, size);
          expect(chunked.kind).toBe(whole.kind);
          expect(errorsOf(chunked)).toEqual(errorsOf(whole));
          if (whole.headers !== undefined) senderMailboxes(whole.headers);
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('random octets never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        readMessage(octets);
        readMessage(Uint8Array.of(0x30, 0x80, ...octets));
        readTimestampToken(octets);
      }),
      { numRuns: 1000 },
    );
  });

  test('mutated timestamps never throw', () => {
    const token = issueTimestamp({ authority, data: new Uint8Array(3), genTime, accuracySeconds: 1 });
    fc.assert(
      fc.property(mutation, (one) => {
        readTimestampToken(mutate(token, one));
      }),
      { numRuns: 500 },
    );
  });
});
