/** A small PKI for the tests of revocation: a root, an issuing authority, end entities, their CRLs. */

import { type CertificateInput, type Issued, issueCertificate } from '../../src/stand-in/certificate.js';
import { type CrlInput, issueCrl } from '../../src/stand-in/crl.js';
import type { KeyUsageName } from '../../src/stand-in/extensions.js';

/** A day in UTC, or a moment. */
export const day = (text: string): Date => new Date(text.length === 10 ? `${text}T00:00:00Z` : text);

export const at = (text: string): number => day(text).getTime();

const caUsage: KeyUsageName[] = ['keyCertSign', 'cRLSign'];

export function authority(subject: string, more: Partial<CertificateInput> = {}): Issued {
  const { extensions, ...rest } = more;
  return issueCertificate({
    subject,
    notBefore: day('2014-01-01'),
    notAfter: day('2034-01-01'),
    ...rest,
    extensions: { basicConstraints: { ca: true }, keyUsage: caUsage, ...extensions },
  });
}

let serialNumber = 1000;

export function endEntity(issuer: Issued, more: Partial<CertificateInput> = {}): Issued {
  serialNumber += 1;
  return issueCertificate({
    subject: `CN=End Entity ${serialNumber}`,
    issuer,
    serialNumber,
    notBefore: day('2014-01-01'),
    notAfter: day('2034-01-01'),
    ...more,
    extensions: { keyUsage: ['digitalSignature'], ...more.extensions },
  });
}

/** A CRL of ten days unless told otherwise. */
export function crlOf(
  issuer: Issued,
  thisUpdate: string,
  entries: CrlInput['entries'] = [],
  more: Partial<CrlInput> = {},
) {
  const from = day(thisUpdate);
  return issueCrl({
    issuer,
    thisUpdate: from,
    nextUpdate: new Date(from.getTime() + 10 * 86_400_000),
    crlNumber: Math.floor(from.getTime() / 86_400_000),
    entries,
    ...more,
  });
}

/** A CRL that is in force all the time, for authorities that the test does not ask about. */
export const quietCrl = (issuer: Issued) => crlOf(issuer, '2014-01-02', [], { nextUpdate: day('2040-01-01') });
