/**
 * Certificate bundles (RFC 5652 §5.1, degenerate SignedData; .p7b, .p7c, PEM PKCS7), DER or BER: the certificates and CRLs
 * inside, in order. Signers, if any, are not looked at.
 */
import { DerError, type Parsed, parsed } from '../der/reader.js';
import { CmsReader } from './cms-reader.js';
import { LimitError } from './failure.js';

export interface CertificateBundle {
  readonly certificates: readonly Uint8Array[];
  readonly crls: readonly Uint8Array[];
}

export function readCertificateBundle(octets: Uint8Array): Parsed<CertificateBundle> {
  return parsed(() => {
    try {
      // What is found is kept for longer than the octets may stay as they are: it is copied.
      const reader = new CmsReader(false);
      reader.update(octets);
      const outcome = reader.finish();
      if (outcome.kind === 'signed-data') return outcome.signedData;
      throw new DerError('a PKCS #7 bundle of certificates', `content of type ${outcome.contentType}`);
    } catch (error) {
      if (error instanceof LimitError) throw new DerError(`at most ${error.limit} ${error.budget} in a bundle`, 'more');
      throw error;
    }
  });
}
