/** Certificates with just the extensions that a rule looks at. */
import type { Finding } from '../../src/findings/finding.js';
import { type CertificateInput, issueCertificate, sharedKeys } from '../../src/stand-in/index.js';
import { type Certificate, parseCertificate } from '../../src/x509/certificate.js';

export type Extensions = NonNullable<CertificateInput['extensions']>;

export function certificate(extensions: Extensions = {}, more: Partial<CertificateInput> = {}): Certificate {
  const issued = issueCertificate({
    subject: 'O=Profile',
    keys: sharedKeys('ec-p256', 'profile'),
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2027-01-01T00:00:00Z'),
    extensions,
    ...more,
  });
  const parsed = parseCertificate(issued.certificate);
  if (!parsed.ok) throw new Error(`expected ${parsed.expected}, found ${parsed.found}`);
  return parsed.value;
}

/** Each finding as its code, its index and what its sentence names. */
export const said = (findings: readonly Finding[]): string[] =>
  findings.map(({ code, certificate, params }) =>
    `${code} ${certificate} ${params?.detail ?? params?.usage ?? ''}`.trim(),
  );
