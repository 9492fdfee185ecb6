/**
 * One signer of SignedData (RFC 5652 §5.4, §5.6): digest of the content, signed attributes, signature value, and nothing
 * else. Whether the algorithms are still accepted, and whether the certificate is trusted, is judged in verify.
 *
 * Content without signed attributes must not itself look like signed attributes: else a signature over the attributes of one
 * message could be passed off as a signature over that other content (draft-ietf-lamps-cms-euf-cma-signeddata).
 */
import { type DigestName, rsaEncryption, schemeByOid } from '../crypto/algorithms.js';
import { digestAlgorithm } from '../crypto/digest.js';
import { type LoadedKey, loadPublicKey } from '../crypto/keys.js';
import { type ResolvedScheme, resolveScheme, verifyWithScheme } from '../crypto/signature.js';
import { equalOctets } from '../der/octets.js';
import { contextConstructed, DerReader, parsed, tag } from '../der/reader.js';
import { type Finding, finding, type Status, statusOf } from '../findings/finding.js';
import { compareNames } from '../names/distinguished-name.js';
import { type AlgorithmIdentifier, readAlgorithm } from '../x509/algorithm.js';
import type { Certificate, SubjectPublicKeyInfo } from '../x509/certificate.js';
import { type Attributes, looksLikeSignedAttributes } from './attributes.js';
import type { SignedContent } from './content.js';
import { matchesEssId } from './ess.js';
import { limits } from './failure.js';
import { contentTypeOid, type SignedData, type SignerInfo } from './signed-data.js';

export interface SignatureOutcome {
  readonly status: Status;
  /** Names for people; the dotted OID where it is not known. */
  readonly digestAlgorithm: string;
  readonly signatureAlgorithm: string;
  /** Digests in use, for the table of accepted algorithms: of the content, and of the signature. */
  readonly digests: readonly DigestName[];
  readonly findings: readonly Finding[];
}

/** The certificates of `pool` that the signer may mean, the one that its attributes name first. */
export function signerCertificates<T extends { readonly certificate: Certificate }>(
  signer: SignerInfo,
  pool: readonly T[],
): T[] {
  const candidates = pool.filter(({ certificate }) => matchesIdentifier(signer, certificate));
  const ids = signer.signedAttributes?.signingCertificates ?? [];
  if (candidates.length < 2 || ids.length === 0) return candidates;
  const named = ({ certificate }: T) => ids.every((id) => matchesEssId(id, certificate) !== false);
  return [...candidates.filter(named), ...candidates.filter((candidate) => !named(candidate))];
}

function matchesIdentifier({ identifier }: SignerInfo, certificate: Certificate): boolean {
  if (identifier.kind === 'subjectKeyIdentifier') {
    const own = certificate.subjectKeyIdentifier;
    return own !== undefined && equalOctets(own, identifier.keyIdentifier);
  }
  return (
    equalOctets(identifier.serialNumber, certificate.serialNumber) &&
    compareNames(identifier.issuer, certificate.issuer)
  );
}

/**
 * Digest, attributes and signature value of one signer. Without a certificate the signature value stays open; the
 * content is compared all the same. `loadKey` may be a cache.
 */
export function verifySignerInfo(
  signedData: SignedData,
  signer: SignerInfo,
  certificate: Certificate | undefined,
  loadKey: (info: SubjectPublicKeyInfo) => LoadedKey = loadPublicKey,
): SignatureOutcome {
  const digest = digestAlgorithm(signer.digestAlgorithm);
  const scheme = signerScheme(signer, digest);
  const findings = [
    ...(digest === undefined ? [finding('algorithm_unknown', { algorithm: signer.digestAlgorithm.oid })] : []),
    ...checkAttributes(signedData, signer, digest, scheme),
    ...(signer.unsignedAttributes.countersignatures > 0
      ? [finding('countersignature_not_judged', { count: signer.unsignedAttributes.countersignatures })]
      : []),
    ...checkContents(signedData, signer, digest),
    ...(certificate === undefined
      ? [finding('signer_certificate_missing')]
      : [
          ...checkSigningCertificate(signer.signedAttributes, certificate),
          ...checkValue(signedData, signer, scheme, certificate, loadKey),
        ]),
  ];
  const digests = [digest, scheme.ok ? scheme.digest : undefined].filter((name) => name !== undefined);
  return {
    status: statusOf(findings),
    digestAlgorithm: digest ?? signer.digestAlgorithm.oid,
    signatureAlgorithm: scheme.ok ? scheme.scheme.name : signer.signatureAlgorithm.oid,
    digests: [...new Set(digests)],
    findings,
  };
}

const idEcPublicKey = '1.2.840.10045.2.1';
const idDsa = '1.2.840.10040.4.1';
const plainSchemes = Object.values(schemeByOid).filter(({ pss }) => !pss);
const keyTypeByOid: Readonly<Record<string, 'rsa' | 'ec' | 'dsa'>> = {
  [rsaEncryption]: 'rsa',
  [idEcPublicKey]: 'ec',
  [idDsa]: 'dsa',
};

/**
 * The scheme of the signature value. rsaEncryption (RFC 3370 §3.2), and id-dsa and id-ecPublicKey as some programs write them,
 * leave the digest to digestAlgorithm.
 */
function signerScheme(signer: SignerInfo, digest: DigestName | undefined): ResolvedScheme {
  const algorithm = signer.signatureAlgorithm;
  const type = keyTypeByOid[algorithm.oid];
  if (type === undefined) return resolveScheme(algorithm);
  const scheme = plainSchemes.find((candidate) => candidate.key === type && candidate.digest === digest);
  if (scheme === undefined || digest === undefined) {
    return { ok: false, finding: finding('algorithm_unknown', { algorithm: algorithm.oid }) };
  }
  return { ok: true, scheme, digest, saltLength: undefined };
}

const invalidAttributes = (detail: string): Finding => finding('signed_attributes_invalid', { detail });

/** RFC 5652 §5.3, §11: what must be there, once, and what it must say. */
function checkAttributes(
  signedData: SignedData,
  signer: SignerInfo,
  digest: DigestName | undefined,
  scheme: ResolvedScheme,
): Finding[] {
  const attributes = signer.signedAttributes;
  if (attributes === undefined) {
    if (signedData.contentType === contentTypeOid.data) return [];
    return [invalidAttributes('there are none, although the content is not of type id-data')];
  }
  const findings = attributes.defects.map(invalidAttributes);
  const readable = attributes.defects.length === 0;
  if (attributes.contentType === undefined) {
    if (readable) findings.push(invalidAttributes('contentType is missing'));
  } else if (attributes.contentType !== signedData.contentType) {
    findings.push(invalidAttributes('contentType is not that of the content'));
  }
  if (readable && attributes.messageDigest === undefined) findings.push(invalidAttributes('messageDigest is missing'));
  if (!attributes.ordered) {
    const detail = 'they are not in the order of DER';
    findings.push(finding('signed_attributes_invalid', { detail }, { severity: 'warning' }));
  }
  if (attributes.algorithmProtection !== undefined && !isProtected(attributes.algorithmProtection, signer)) {
    findings.push(invalidAttributes('CMSAlgorithmProtection names other algorithms (RFC 6211 §2)'));
  }
  if (scheme.ok && scheme.digest !== undefined && digest !== undefined && scheme.digest !== digest) {
    const detail = `the signature has the digest ${scheme.digest}, the content ${digest} (RFC 8933 §3)`;
    findings.push(finding('signed_attributes_invalid', { detail }, { severity: 'warning' }));
  }
  return findings;
}

/** CMSAlgorithmProtection ::= SEQUENCE { digestAlgorithm, signatureAlgorithm [1], macAlgorithm [2] }. */
function isProtected(content: Uint8Array, signer: SignerInfo): boolean {
  const read = parsed(() => {
    const reader = new DerReader(content);
    const digest = readAlgorithm(reader, 'digestAlgorithm');
    const signature = readAlgorithm(reader, 'signatureAlgorithm', contextConstructed(1));
    reader.finish('CMSAlgorithmProtection');
    return sameMeaning(digest, signer.digestAlgorithm) && sameMeaning(signature, signer.signatureAlgorithm);
  });
  return read.ok && read.value;
}

/** Absent and NULL parameters say the same (RFC 5754 §2). */
function sameMeaning(a: AlgorithmIdentifier, b: AlgorithmIdentifier): boolean {
  const parametersOf = ({ parameters }: AlgorithmIdentifier) =>
    parameters === undefined || (parameters.length === 2 && parameters[0] === tag.null)
      ? new Uint8Array(0)
      : parameters;
  return a.oid === b.oid && equalOctets(parametersOf(a), parametersOf(b));
}

const tooLarge = (why: string): Finding =>
  finding('budget_exceeded', { budget: `content ${why}`, limit: limits.keptContent });

/** The content in all forms that it came in against messageDigest, and against each other. */
function checkContents(signedData: SignedData, signer: SignerInfo, digest: DigestName | undefined): Finding[] {
  const { contents } = signedData;
  if (contents.length === 0) return [finding('content_missing')];
  if (digest === undefined) return [];
  const values: Uint8Array[] = [];
  for (const content of contents) {
    const value = content.digest(digest);
    if (value === undefined) return [tooLarge(`whose digest ${digest} the message does not announce`)];
    values.push(value);
  }
  // Without attributes the signature is over the first; it must be the same as the others.
  const expected = signer.signedAttributes === undefined ? values[0] : signer.signedAttributes.messageDigest;
  if (expected === undefined) return [];
  return values.every((value) => equalOctets(value, expected)) ? [] : [finding('message_digest_mismatch')];
}

function checkValue(
  signedData: SignedData,
  signer: SignerInfo,
  scheme: ResolvedScheme,
  certificate: Certificate,
  loadKey: (info: SubjectPublicKeyInfo) => LoadedKey,
): Finding[] {
  if (!scheme.ok) return [scheme.finding];
  const key = loadKey(certificate.publicKey);
  if (!key.ok) return [key.finding];
  const octets = signedOctets(signer.signedAttributes, signedData.contents[0]);
  if ('finding' in octets) return octets.finding === undefined ? [] : [octets.finding];
  const result = verifyWithScheme(scheme, octets.value, signer.signature, key.value);
  if (result.verdict === 'unsupported') return [result.finding];
  return result.verdict === 'good' ? [] : [finding('message_signature_invalid')];
}

/** What the signature value is over (§5.4): the DER of the attributes, else the content itself. */
function signedOctets(
  attributes: Attributes | undefined,
  content: SignedContent | undefined,
): { value: Uint8Array } | { finding: Finding | undefined } {
  if (attributes !== undefined) return { value: attributes.der };
  // That it is missing has been said.
  if (content === undefined) return { finding: undefined };
  const octets = content.octets();
  if (octets === undefined) return { finding: tooLarge('that is signed without signed attributes') };
  if (looksLikeSignedAttributes(octets)) {
    return { finding: invalidAttributes('there are none, and the content looks like those of another message') };
  }
  return { value: octets };
}

/** RFC 5035 §5.4: a certificate other than the one that the attribute names must not be used. */
function checkSigningCertificate(attributes: Attributes | undefined, certificate: Certificate): Finding[] {
  const findings: Finding[] = [];
  for (const id of attributes?.signingCertificates ?? []) {
    const matches = matchesEssId(id, certificate);
    if (matches === undefined) findings.push(finding('algorithm_unknown', { algorithm: id.algorithm }));
    else if (!matches) findings.push(invalidAttributes('signingCertificate names another certificate (RFC 5035 §5.4)'));
  }
  return findings;
}
