/**
 * Mutated messages through the whole verifier. At most 5,000, in CI too: a message is a hundred times larger. A verdict may
 * stay valid, since headers outside of the signed part are not signed; then it must be about the signer that was.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMessageVerifier, type MessageVerdict, verifyMessage } from '../../src/index.js';
import { signMessage } from '../../src/stand-in/index.js';
import { messages, now, samples, trust } from '../verify/world.js';
import { type Mutation, mutateDer, mutateOctets, mutations } from './mutations.js';
import { allowedGrowth, heapInUse, options } from './runs.js';

const signedAt = new Date('2026-05-30T12:00:00Z');
const common = {
  from: 'Anna Muster <anna.muster@stand-in.example>',
  text: 'some text\n',
  signers: [{ by: samples.person, signingTime: signedAt, signingCertificate: true }],
};
const bare = signMessage({ ...common, form: 'attached' }).cms;
const detached = signMessage({ ...common, form: 'detached' });
const streamed = signMessage({ ...common, form: 'attached', encoding: 'ber' }).cms;
const stamped = signMessage({
  ...common,
  form: 'attached',
  signers: [{ by: samples.person, timestamps: [{ authority: samples.timestampAuthority, genTime: signedAt }] }],
}).cms;

/** The DER of an opaque mail is mutated inside of its base64 too: otherwise almost nothing gets past that. */
const subjects: { what: string; bytes: Uint8Array; content?: Uint8Array; wrap?: (der: Uint8Array) => Uint8Array }[] = [
  { what: 'multipart', bytes: messages.goodMultipart },
  { what: 'opaque', bytes: messages.goodOpaque },
  { what: 'archived with a timestamp', bytes: messages.archivedWithTimestamp },
  { what: 'two signers', bytes: messages.twoSignersOneFails },
  { what: 'bare CMS', bytes: bare },
  { what: 'detached CMS', bytes: detached.cms, content: detached.content },
  { what: 'streamed CMS', bytes: streamed },
  { what: 'with a timestamp', bytes: stamped },
  { what: 'CMS in an opaque mail', bytes: bare, wrap: asMail },
  { what: 'stamped CMS in an opaque mail', bytes: stamped, wrap: asMail },
];

function asMail(der: Uint8Array): Uint8Array {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  const head = [
    `From: ${common.from}`,
    'Content-Type: application/pkcs7-mime; smime-type=signed-data',
    'Content-Transfer-Encoding: base64',
  ];
  return new Uint8Array(Buffer.from(`${[...head, '', ...lines].join('\r\n')}\r\n`));
}

function mutated(bytes: Uint8Array, list: Mutation[]): Uint8Array {
  const mutate = bytes[0] === 0x30 ? mutateDer : mutateOctets;
  return list.reduce(mutate, bytes);
}

const certificates = new Set(
  [samples.person, samples.archivedPerson].map(({ certificate }) => Buffer.from(certificate).toString('base64')),
);
const request = { from: 'anna.muster@stand-in.example' };

function expectOneOfOurs(verdict: MessageVerdict): void {
  for (const { certificate, trust: chain } of verdict.signers) {
    expect(certificate).toBeDefined();
    expect(chain.paths[0]?.anchor).toBeDefined();
  }
  expect(verdict.signers.length).toBeGreaterThan(0);
}

test('mutated messages: an answer, whole and in chunks the same; the heap stays as it was', () => {
  expect(certificates.size).toBe(2);
  let count = 0;
  let settled = 0;
  fc.assert(
    fc.property(fc.constantFrom(...subjects), mutations, fc.nat(2000), (subject, list, cut) => {
      const changed = mutated(subject.bytes, list);
      const message = subject.wrap === undefined ? changed : subject.wrap(changed);
      const { content } = subject;
      const verdict = verifyMessage({ ...request, message, content }, trust, { now });
      if (verdict.status === 'valid') expectOneOfOurs(verdict);
      if (count % 5 === 0) {
        const verifier = createMessageVerifier({ ...request, content }, trust, { now });
        verifier.update(message.subarray(0, cut));
        verifier.update(message.subarray(cut));
        expect(verifier.finish().status).toBe(verdict.status);
      }
      if (++count === Math.floor(options(0.5, 5000).numRuns / 4)) settled = heapInUse();
    }),
    options(0.5, 5000),
  );
  expect(heapInUse() - settled).toBeLessThan(allowedGrowth);
}, 300_000);

test('content that was changed is never what was signed', () => {
  const text = Buffer.from(messages.goodMultipart).indexOf('known account');
  fc.assert(
    fc.property(fc.nat(12), fc.integer({ min: 1, max: 255 }), (offset, difference) => {
      const message = messages.goodMultipart.slice();
      message[text + offset] = (message[text + offset] ?? 0) ^ difference;
      const verdict = verifyMessage({ message }, trust, { now });
      expect(verdict.status).toBe('invalid');
      expect(verdict.signers[0]?.signature.status ?? 'invalid').toBe('invalid');
    }),
    options(0.01, 100),
  );
});
