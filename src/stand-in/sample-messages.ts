/**
 * The sample mails: what a mail client meets, good and bad. As with the certificates, who uses one says which
 * verdict it deserves.
 */
import { type SignedMessage, signMessage } from './message.js';
import { addDays } from './pki.js';
import { otherMailbox, personMailbox, type Samples } from './samples.js';

export interface SampleMessages {
  goodMultipart: Uint8Array;
  goodOpaque: Uint8Array;
  /** An amount in the text changed after signing. */
  altered: Uint8Array;
  byRevokedPerson: Uint8Array;
  byForeignPerson: Uint8Array;
  /** Signed by Anna Muster, From: Otto Normal. */
  withOtherFrom: Uint8Array;
  /** Two signers; the second one's signature value is broken. */
  twoSignersOneFails: Uint8Array;
  /** Signed at archivedAt by the archived person. */
  archived: Uint8Array;
  /** The same, with a signature timestamp of the next day. */
  archivedWithTimestamp: Uint8Array;
}

/** A copy in which the first occurrence of an ASCII text is another one of the same length. */
export function replaceBytes(message: Uint8Array, from: string, to: string): Uint8Array {
  const at = Buffer.from(message).indexOf(from);
  if (at < 0 || from.length !== to.length)
    throw new TypeError('the text to replace must be there and of the same length');
  const copy = new Uint8Array(message);
  copy.set(Buffer.from(to, 'latin1'), at);
  return copy;
}

/** A copy of the octets with the last one changed. */
export function breakLast(octets: Uint8Array): Uint8Array {
  const copy = new Uint8Array(octets);
  copy[copy.length - 1] = (copy[copy.length - 1] ?? 0) ^ 1;
  return copy;
}

export function createSampleMessages(samples: Samples, now: Date): SampleMessages {
  const { person, otherPerson, revokedPerson, foreignPerson, archivedPerson, archivedAt, timestampAuthority } = samples;
  const anna = `Anna Muster <${personMailbox}>`;
  const sentAt = addDays(now, -2);
  const common = {
    from: anna,
    to: `Otto Normal <${otherMailbox}>`,
    subject: 'Invoice',
    date: sentAt,
    text: 'Dear Otto,\n\nplease pay EUR 100 to the known account.\n\nAnna\n',
  };
  const good = signMessage({ ...common, signers: [{ by: person, signingTime: sentAt }] });
  const fromArchive = { ...common, date: archivedAt, subject: 'From the archive' };
  const archivedSigner = { by: archivedPerson, signingTime: archivedAt };
  const timestamps = [{ authority: timestampAuthority, genTime: addDays(archivedAt, 1) }];
  const by = (signer: typeof person): SignedMessage =>
    signMessage({ ...common, signers: [{ by: signer, signingTime: sentAt }] });
  return {
    goodMultipart: good.message,
    goodOpaque: signMessage({ ...common, form: 'opaque', signers: [{ by: person, signingTime: sentAt }] }).message,
    altered: replaceBytes(good.message, 'EUR 100', 'EUR 900'),
    byRevokedPerson: by(revokedPerson).message,
    byForeignPerson: by(foreignPerson).message,
    withOtherFrom: signMessage({
      ...common,
      from: `Otto Normal <${otherMailbox}>`,
      signers: [{ by: person, signingTime: sentAt }],
    }).message,
    twoSignersOneFails: signMessage({
      ...common,
      signers: [
        { by: person, signingTime: sentAt },
        { by: otherPerson, signingTime: sentAt, alter: breakLast },
      ],
    }).message,
    archived: signMessage({ ...fromArchive, signers: [archivedSigner] }).message,
    archivedWithTimestamp: signMessage({ ...fromArchive, signers: [{ ...archivedSigner, timestamps }] }).message,
  };
}
