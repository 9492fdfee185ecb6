/** Certificates for tests about names: a subject, alternative names, and constraints; nothing else matters. */
import {
  type ExtensionsInput,
  type GeneralNameInput,
  issueCertificate,
  type NameInput,
} from '../../src/stand-in/index.js';
import { generateKeys } from '../../src/stand-in/keys.js';
import { type Certificate, parseCertificate } from '../../src/x509/certificate.js';

const keys = generateKeys('ec-p256');

export function issue(
  subject: NameInput,
  subjectAltName: GeneralNameInput[] = [],
  extensions: ExtensionsInput = {},
): Certificate {
  const { certificate } = issueCertificate({
    subject,
    keys,
    notBefore: new Date('2020-01-01'),
    notAfter: new Date('2030-01-01'),
    extensions: { ...extensions, ...(subjectAltName.length === 0 ? {} : { subjectAltName }) },
  });
  const parsed = parseCertificate(certificate);
  if (!parsed.ok) throw new Error(`expected ${parsed.expected}, found ${parsed.found}`);
  return parsed.value;
}
