/**
 * Key usages and extended key usages (RFC 5280 §4.2.1.3, §4.2.1.12) of a path: what the end entity may be used for, nested
 * over all authorities above it, the anchor too. An absent extension restricts nothing, but for timeStamping (RFC 3161
 * §2.3) and codeSigning, which must be granted explicitly and in their own form.
 */
import { isOid } from '../der/oid.js';
import { append, type Finding, finding } from '../findings/finding.js';
import type { Certificate } from '../x509/certificate.js';
import { type Extension, extensionOid, type KeyUsageName, keyUsageBit } from '../x509/extensions.js';

const { digitalSignature, nonRepudiation, keyEncipherment, keyAgreement, keyCertSign, cRLSign } = keyUsageBit;

interface Purpose {
  readonly oid: string;
  /** §4.2.1.12: where keyUsage is present, at least one of these bits is consistent with the purpose. */
  readonly consistentBits: number | undefined;
}

const purposes = {
  serverAuth: { oid: '1.3.6.1.5.5.7.3.1', consistentBits: digitalSignature | keyEncipherment | keyAgreement },
  clientAuth: { oid: '1.3.6.1.5.5.7.3.2', consistentBits: digitalSignature | keyAgreement },
  codeSigning: { oid: '1.3.6.1.5.5.7.3.3', consistentBits: digitalSignature },
  emailProtection: {
    oid: '1.3.6.1.5.5.7.3.4',
    consistentBits: digitalSignature | nonRepudiation | keyEncipherment | keyAgreement,
  },
  timeStamping: { oid: '1.3.6.1.5.5.7.3.8', consistentBits: digitalSignature | nonRepudiation },
  OCSPSigning: { oid: '1.3.6.1.5.5.7.3.9', consistentBits: digitalSignature | nonRepudiation },
  documentSigning: { oid: '1.3.6.1.5.5.7.3.36', consistentBits: digitalSignature | nonRepudiation },
  anyExtendedKeyUsage: { oid: '2.5.29.37.0', consistentBits: undefined },
} as const satisfies Record<string, Purpose>;

export type PurposeName = keyof typeof purposes;

export const anyExtendedKeyUsage = purposes.anyExtendedKeyUsage.oid;
const { timeStamping, codeSigning, serverAuth } = purposes;

export const purposeNames = Object.keys(purposes) as PurposeName[];

const oidByName: ReadonlyMap<string, string> = new Map(purposeNames.map((name) => [name, purposes[name].oid]));

/** The OID of a purpose given by name or OID; undefined for anything else. */
export function purposeOid(nameOrOid: string): string | undefined {
  return oidByName.get(nameOrOid) ?? (isOid(nameOrOid) ? nameOrOid : undefined);
}

const purposeByOid: ReadonlyMap<string, Purpose & { readonly name: string }> = new Map(
  purposeNames.map((name) => [purposes[name].oid, { ...purposes[name], name }]),
);

export function purposeName(oid: string): string {
  return purposeByOid.get(oid)?.name ?? oid;
}

/** The bit of a key usage by its RFC 5280 name or X.509's contentCommitment; undefined for anything else. */
export function keyUsageOf(name: string): number | undefined {
  if (name === 'contentCommitment') return nonRepudiation;
  return Object.hasOwn(keyUsageBit, name) ? keyUsageBit[name as KeyUsageName] : undefined;
}

/** Every usage asked for must be allowed; an absent extension allows all (§4.2.1.3). */
export function checkKeyUsage(certificate: Certificate, usages: readonly string[]): Finding[] {
  const { keyUsage } = certificate;
  if (keyUsage === undefined) return [];
  return usages
    .filter((usage) => ((keyUsageOf(usage) ?? 0) & keyUsage) === 0)
    .map((usage) => finding('key_usage_not_allowed', { usage }, { certificate: 0 }));
}

/** At least one of these bits, where keyUsage is present. */
export function checkAnyKeyUsage({ keyUsage }: Certificate, bits: number, usage: string): Finding[] {
  if (keyUsage === undefined || (keyUsage & bits) !== 0) return [];
  return [finding('key_usage_not_allowed', { usage }, { certificate: 0 })];
}

export interface PurposeOptions {
  /** anyExtendedKeyUsage satisfies (default); not under webpki-server. */
  readonly anySatisfies?: boolean;
}

/** The purpose must be granted by the end entity and by every authority above it that has the extension. */
export function checkPurpose(
  path: readonly Certificate[],
  oid: string,
  { anySatisfies = true }: PurposeOptions = {},
): Finding[] {
  const usage = purposeName(oid);
  const explicit = oid === timeStamping.oid || oid === codeSigning.oid;
  const findings: Finding[] = [];
  for (let index = 0; index < path.length; index++) {
    const granted = (path[index] as Certificate).extKeyUsage;
    if (granted === undefined || granted.includes(oid)) continue;
    // An authority with anyExtendedKeyUsage restricts nothing below it; for the end entity the explicit purposes need more.
    if (anySatisfies && granted.includes(anyExtendedKeyUsage) && !(explicit && index === 0)) continue;
    findings.push(finding('extended_key_usage_not_allowed', { usage }, { certificate: index }));
  }
  const [endEntity] = path;
  if (endEntity === undefined) return findings;
  append(findings, checkForm(endEntity, oid, usage));
  return findings;
}

/** The form in which a purpose must be granted to the end entity. */
function checkForm(certificate: Certificate, oid: string, usage: string): Finding[] {
  const findings: Finding[] = [];
  const invalid = (detail: string) =>
    findings.push(finding('extended_key_usage_invalid', { usage, detail }, { certificate: 0 }));
  const { keyUsage, extKeyUsage } = certificate;
  const bits = purposeByOid.get(oid)?.consistentBits;
  if (bits !== undefined && keyUsage !== undefined && (keyUsage & bits) === 0) {
    invalid('keyUsage has no bit that is consistent with it');
  }
  if (oid === timeStamping.oid) {
    const extension = find(certificate, extensionOid.extKeyUsage);
    if (extension === undefined) invalid('the extension extKeyUsage is required');
    else {
      if (!extension.critical) invalid('the extension extKeyUsage must be critical');
      if (extKeyUsage?.length !== 1) invalid('timeStamping must stand alone');
    }
    const others = (keyUsage ?? 0) & ~(digitalSignature | nonRepudiation);
    if (others !== 0) invalid('keyUsage may hold digitalSignature and nonRepudiation only');
  }
  if (oid === codeSigning.oid) {
    if (extKeyUsage === undefined) invalid('the extension extKeyUsage is required');
    if (extKeyUsage?.includes(serverAuth.oid)) invalid('serverAuth must not stand beside it');
    if (extKeyUsage?.includes(anyExtendedKeyUsage)) invalid('anyExtendedKeyUsage must not stand beside it');
    if (keyUsage === undefined || (keyUsage & digitalSignature) === 0)
      invalid('keyUsage with digitalSignature is required');
    if (find(certificate, extensionOid.keyUsage)?.critical === false)
      invalid('the extension keyUsage must be critical');
    if (((keyUsage ?? 0) & (keyCertSign | cRLSign)) !== 0) invalid('keyUsage must not hold keyCertSign or cRLSign');
  }
  return findings;
}

function find(certificate: Certificate, oid: string): Extension | undefined {
  return certificate.extensions.find((extension) => extension.oid === oid);
}
