/** Inspection: what a certificate says, what pins it matches, without judging it. */

import { describeKey } from '../crypto/acceptance.js';
import { schemeByOid } from '../crypto/algorithms.js';
import { digestHex } from '../crypto/digest.js';
import { describePublicKey } from '../crypto/keys.js';
import { latin1, toHex } from '../der/octets.js';
import { decodeOid } from '../der/oid.js';
import { formatTime } from '../der/time.js';
import { type Finding, finding } from '../findings/finding.js';
import { formatName } from '../names/format-name.js';
import { formatIpAddress } from '../names/ip-address.js';
import { smtpUtf8MailboxOid } from '../names/mailbox.js';
import { purposeName } from '../profile/purposes.js';
import { type FactDifference, factDifferences } from '../trust/pins.js';
import { type Certificate, parseCertificate } from '../x509/certificate.js';
import { type Extension, extensionOid, keyUsageBit } from '../x509/extensions.js';
import { type GeneralName, generalNameTag, readOtherName } from '../x509/name.js';
import { encodeBase64 } from '../x509/pem.js';
import { explainFailure, readCertificates } from './input.js';
import { octets } from './request.js';
import { snapshotOf, type Trust } from './snapshot.js';

/** A name of the certificate by its RFC 5280 form. */
export interface ReportedName {
  form: string;
  value: string;
}

export interface ReportedExtension {
  oid: string;
  name?: string;
  critical: boolean;
  /** The extension's own meaning, where it is one that is read here. */
  value?: unknown;
  /** Base64 of the DER, where it is not. */
  der?: string;
}

/** What one certificate says of itself. */
export interface CertificateReport {
  /** False: the bytes are no certificate; `findings` says why, and the other fields are absent. */
  readable: boolean;
  findings: Finding[];
  version?: number;
  serialNumber?: string;
  subject?: string;
  issuer?: string;
  notBefore?: string;
  notAfter?: string;
  publicKey?: { algorithm: string; description?: string; sha256: string };
  signatureAlgorithm?: string;
  subjectAltNames?: ReportedName[];
  extensions?: ReportedExtension[];
  /** Lower-case hexadecimal, over the received octets. */
  fingerprints?: { md5: string; sha1: string; sha256: string };
  /** The catalogue's authority that the fingerprints name, and where its facts differ from those published. */
  pins?: { catalogue: string; authority: string; name: string; differences: FactDifference[] }[];
  /** Further certificates in the same input, in order. */
  further?: CertificateReport[];
}

/**
 * Describes the certificate in `bytes` (DER, PEM or a bundle) and, when `trust` has catalogues, the pins that it matches.
 *
 * @throws TypeError for wrong JavaScript types only; unreadable bytes give a report with `readable: false`.
 * @example
 * ```ts
 * import { inspectCertificate } from 'unify-pki';
 * const report = inspectCertificate(new Uint8Array([0x30, 0x00]));
 * console.log(report.readable, report.findings[0]?.code); // false certificate_malformed
 * ```
 */
export function inspectCertificate(bytes: Uint8Array, trust?: Trust): CertificateReport {
  octets(bytes, 'inspectCertificate');
  const blocks = readCertificates(bytes);
  if (!blocks.ok) return unreadable(blocks);
  const [first, ...further] = blocks.value.map((der) => inspectOne(der, trust));
  const report = first ?? unreadable({ expected: 'a certificate', found: 'none' });
  return further.length === 0 ? report : { ...report, further };
}

function unreadable({ expected, found }: { expected: string; found: string }): CertificateReport {
  return { readable: false, findings: [finding('certificate_malformed', { expected, found })] };
}

function inspectOne(der: Uint8Array, trust: Trust | undefined): CertificateReport {
  const result = parseCertificate(der);
  if (!result.ok) return unreadable(explainFailure(der, result));
  const certificate = result.value;
  const key = describePublicKey(certificate.publicKey);
  const pinned = trust === undefined ? undefined : snapshotOf(trust).store.pins.match(der);
  return {
    readable: true,
    findings: [...certificate.defects, ...(key.ok ? [] : [key.finding])],
    version: certificate.version,
    serialNumber: toHex(certificate.serialNumber),
    subject: formatName(certificate.subject),
    issuer: formatName(certificate.issuer),
    notBefore: formatTime(certificate.notBefore),
    notAfter: formatTime(certificate.notAfter),
    publicKey: {
      algorithm: certificate.publicKey.algorithm.oid,
      ...(key.ok ? { description: describeKey(key.value) } : {}),
      sha256: digestHex('sha256', certificate.publicKey.der),
    },
    signatureAlgorithm: schemeByOid[certificate.signatureAlgorithm.oid]?.name ?? certificate.signatureAlgorithm.oid,
    subjectAltNames: (certificate.subjectAltName ?? []).map(reportName),
    extensions: certificate.extensions.map((extension) => reportExtension(extension, certificate)),
    fingerprints: { md5: digestHex('md5', der), sha1: digestHex('sha1', der), sha256: digestHex('sha256', der) },
    pins:
      pinned === undefined
        ? []
        : [
            {
              catalogue: pinned.catalogue.id,
              authority: pinned.authority.id,
              name: pinned.authority.name,
              differences: factDifferences(pinned.authority, certificate),
            },
          ],
  };
}

const formNames = Object.fromEntries(Object.entries(generalNameTag).map(([form, number]) => [number, form]));

function reportName({ tag, value, name }: GeneralName): ReportedName {
  const form = formNames[tag] ?? String(tag);
  if (name !== undefined) return { form, value: formatName(name) };
  if (tag === generalNameTag.iPAddress) return { form, value: formatIpAddress(value) };
  if (tag === generalNameTag.registeredID) return { form, value: decodeOid(value, 'registeredID') };
  if (tag === generalNameTag.otherName) return reportOtherName(value);
  const printable = [
    generalNameTag.rfc822Name,
    generalNameTag.dNSName,
    generalNameTag.uniformResourceIdentifier,
  ] as number[];
  return { form, value: printable.includes(tag) ? latin1(value) : toHex(value) };
}

function reportOtherName(content: Uint8Array): ReportedName {
  const { type, value } = readOtherName(content);
  if (type !== smtpUtf8MailboxOid)
    return { form: `otherName ${type}`, value: toHex(value.bytes.subarray(value.position, value.end)) };
  return {
    form: 'SmtpUTF8Mailbox',
    value: Buffer.from(value.bytes.subarray(value.position + 2, value.end)).toString('utf8'),
  };
}

const extensionNames = Object.fromEntries(Object.entries(extensionOid).map(([name, oid]) => [oid, name]));

function reportExtension({ oid, critical, value }: Extension, certificate: Certificate): ReportedExtension {
  const name = extensionNames[oid];
  const meaning = meaningOf(oid, certificate);
  return {
    oid,
    ...(name === undefined ? {} : { name }),
    critical,
    ...(meaning === undefined ? { der: encodeBase64(value) } : { value: meaning }),
  };
}

/** The extensions that people ask about, in JSON; the others are given as DER. */
function meaningOf(oid: string, certificate: Certificate): unknown {
  switch (oid) {
    case extensionOid.basicConstraints: {
      const { cA, pathLenConstraint } = certificate.basicConstraints ?? { cA: false };
      return pathLenConstraint === undefined ? { cA } : { cA, pathLenConstraint };
    }
    case extensionOid.keyUsage:
      return Object.entries(keyUsageBit)
        .filter(([, bit]) => ((certificate.keyUsage ?? 0) & bit) !== 0)
        .map(([usage]) => usage);
    case extensionOid.extKeyUsage:
      return certificate.extKeyUsage?.map(purposeName);
    case extensionOid.subjectAltName:
      return certificate.subjectAltName?.map(reportName);
    case extensionOid.subjectKeyIdentifier:
      return toHex(certificate.subjectKeyIdentifier ?? new Uint8Array());
    case extensionOid.authorityKeyIdentifier:
      return { keyIdentifier: toHex(certificate.authorityKeyIdentifier?.keyIdentifier ?? new Uint8Array()) };
    case extensionOid.certificatePolicies:
      return certificate.certificatePolicies?.map(({ policyIdentifier }) => policyIdentifier);
    case extensionOid.cRLDistributionPoints:
      return certificate.cRLDistributionPoints?.flatMap(({ fullName }) => (fullName ?? []).map(reportName));
    case extensionOid.nameConstraints:
      return {
        permitted: certificate.nameConstraints?.permittedSubtrees.map(reportConstraint),
        excluded: certificate.nameConstraints?.excludedSubtrees.map(reportConstraint),
      };
    default:
      return undefined;
  }
}

/** A constraint is written like a name, but an address is followed by its mask. */
function reportConstraint(name: GeneralName): ReportedName {
  if (name.tag !== generalNameTag.iPAddress) return reportName(name);
  const half = name.value.length / 2;
  return {
    form: 'iPAddress',
    value: `${formatIpAddress(name.value.subarray(0, half))}/${formatIpAddress(name.value.subarray(half))}`,
  };
}
