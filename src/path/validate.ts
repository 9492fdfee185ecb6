/**
 * Path validation, RFC 5280 §6.1, in its own order and words: initialisation, the basic checks of each certificate,
 * the preparation for the next one, the wrap-up. All checks run; every finding carries the index of its certificate
 * (0 = end entity).
 *
 * Left to others: which path (build.ts), policies (policy-graph.ts, RFC 9618), names (name-constraints.ts), revocation, key
 * purposes and identities (revocation, profile), the duties of issuers that are only warnings (conformance.ts).
 *
 * Deviations, each stricter than the RFC unless said otherwise:
 * - The anchor is a certificate and is held to what it says of itself (DESIGN.md §6; more than RFC 5937 §3): validity,
 *   cA, keyUsage, path length, constraints, unknown critical extensions. A missing basicConstraints is a warning there,
 *   since old roots are version 1.
 * - Under the validity models chain and hybrid the authorities' validity is asked at the time of issuing instead of `at`.
 * - The caller must give certificates that were parsed whole: malformed extensions never come here.
 */
import { keyAcceptance, signatureAcceptance } from '../crypto/acceptance.js';
import { describePublicKey } from '../crypto/keys.js';
import { formatTime } from '../der/time.js';
import { append, type Finding, finding } from '../findings/finding.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import { extensionOid, keyUsageBit } from '../x509/extensions.js';
import { duties } from './conformance.js';
import type { PathContext, ProspectivePath } from './context.js';
import { checkEdge } from './edges.js';
import { createNameConstraints } from './name-constraints.js';
import { processPolicies } from './policy-graph.js';

/** Extensions that are processed here or in a room that the verdict always passes through. */
const processedExtensions: ReadonlySet<string> = new Set([
  extensionOid.keyUsage,
  extensionOid.subjectAltName,
  extensionOid.issuerAltName,
  extensionOid.basicConstraints,
  extensionOid.nameConstraints,
  extensionOid.cRLDistributionPoints,
  extensionOid.freshestCRL,
  extensionOid.certificatePolicies,
  extensionOid.policyMappings,
  extensionOid.policyConstraints,
  extensionOid.inhibitAnyPolicy,
  extensionOid.extKeyUsage,
  extensionOid.subjectKeyIdentifier,
  extensionOid.authorityKeyIdentifier,
  extensionOid.authorityInfoAccess,
]);

/** id-qt-cps and id-qt-unotice (§4.2.1.4): the only qualifiers that may stand in a critical certificatePolicies. */
const knownQualifiers: ReadonlySet<string> = new Set(['1.3.6.1.5.5.7.2.1', '1.3.6.1.5.5.7.2.2']);

/** Validates one prospective path and reports everything that is wrong with it. */
export function validatePath(path: ProspectivePath, context: PathContext): Finding[] {
  const { certificates } = path;
  const top = certificates.length - 1;
  const findings: Finding[] = [];

  // §6.1.2 initialisation; (k) max_path_length is n
  let maxPathLength = Number.POSITIVE_INFINITY;
  let pathLenConstraint: number | undefined;
  let workingDsaParameters: Uint8Array | undefined;
  const nameConstraints = createNameConstraints();
  append(findings, countIntermediates(certificates, context));

  for (let index = top; index >= 0; index--) {
    const known = certificates[index] as KnownCertificate;
    const { certificate } = known;
    const issuer = certificates[index + 1];
    const last = index === 0;

    for (const defect of certificate.defects) {
      // Serial numbers tell the certificates of one issuer apart; an anchor is not looked up by its own.
      const exempt = index === top && path.ending === 'anchor' && defect.code === 'serial_number_invalid';
      if (!exempt) findings.push(forPosition(defect, index, context));
    }

    // §6.1.3 (a)(1) the signature, with the working public key
    if (issuer !== undefined) {
      const edge = checkEdge(known, issuer, context, workingDsaParameters);
      if (edge.status === 'bad') findings.push(finding('signature_invalid', {}, { certificate: index }));
      else if (edge.status === 'unknown' && edge.finding !== undefined) {
        findings.push({
          ...edge.finding,
          certificate: edge.finding.code === 'public_key_malformed' ? index + 1 : index,
        });
      }
      workingDsaParameters = edge.key?.dsaParameters;
      // A pin stands for the signature on the pinned certificate, whatever its algorithm (REVOCATION.md, rule 11).
      if (known.pinned === undefined) {
        for (const weak of signatureAcceptance(certificate.signatureAlgorithm, context.at, context.algorithms)) {
          findings.push({ ...weak, certificate: index });
        }
      }
    }
    append(findings, checkKey(known, index, context, workingDsaParameters));

    // (a)(2) validity; (a)(3) revocation is judged in its own room
    append(findings, checkValidity(certificates, index, context));

    // (a)(4) the issuer name
    if (issuer !== undefined && known.issuerKey !== issuer.subjectKey) {
      findings.push(finding('issuer_name_mismatch', {}, { certificate: index }));
    }

    // (b), (c) name constraints, not for self-issued certificates unless the last
    if (last || !known.selfIssued) append(findings, nameConstraints.check(certificate, index, context.budget));

    // §6.1.4 (o), §6.1.5 (f) critical extensions
    for (const extension of certificate.extensions) {
      if (extension.critical && !processedExtensions.has(extension.oid)) {
        findings.push(finding('critical_extension_unknown', { oid: extension.oid }, { certificate: index }));
      }
    }
    append(findings, checkPolicyQualifiers(known, index));
    append(findings, duties(known, { index, top: index === top, strict: context.conformance === 'strict' }));
    if (last) break;

    // §6.1.4 preparation for the next certificate
    // (g) name constraints
    append(findings, nameConstraints.add(certificate.nameConstraints, index));
    // (k) an authority
    append(findings, checkAuthority(known, index, index === top && path.ending === 'anchor', context));
    // (l) path length: nothing limits it at the anchor, which is no part of the path
    if (!known.selfIssued) {
      if (maxPathLength > 0) maxPathLength--;
      else {
        findings.push(finding('path_length_exceeded', { pathLength: pathLenConstraint }, { certificate: index }));
      }
    }
    // (m)
    const { basicConstraints } = certificate;
    const pathLength = basicConstraints?.cA === true ? basicConstraints.pathLenConstraint : undefined;
    if (pathLength !== undefined && pathLength <= maxPathLength) {
      maxPathLength = pathLength;
      pathLenConstraint = pathLength;
    }
    // (n) key usage
    if (certificate.keyUsage !== undefined && (certificate.keyUsage & keyUsageBit.keyCertSign) === 0) {
      findings.push(finding('key_usage_cert_sign_missing', {}, { certificate: index }));
    }
  }
  append(findings, checkPolicies(path, context));
  return findings;
}

/** Most checks find nothing: `none` for all of them keeps a clean path cheap. */
const none: readonly Finding[] = [];

/** §6.1.3 (d) to (f), §6.1.4 (a), (b), (h) to (j), §6.1.5 (a), (b), (g). */
function checkPolicies({ certificates }: ProspectivePath, context: PathContext): readonly Finding[] {
  // explicit_policy starts above the number of certificates: where nobody sets it, it cannot reach 0 before the end, and
  // without mappings there is nothing else to find.
  const idle = ({ certificate }: KnownCertificate) =>
    certificate.policyConstraints === undefined && certificate.policyMappings === undefined;
  if (!context.initialExplicitPolicy && certificates.every(idle)) return none;
  const fromTop = certificates.map((known) => known.certificate).reverse();
  return processPolicies({
    certificates: certificates.length === 1 ? fromTop : fromTop.slice(1),
    anchor: certificates.length === 1 ? undefined : fromTop[0],
    initialPolicySet: context.initialPolicySet,
    initialExplicitPolicy: context.initialExplicitPolicy,
    initialPolicyMappingInhibit: context.initialPolicyMappingInhibit,
    initialAnyPolicyInhibit: context.initialAnyPolicyInhibit,
  }).findings;
}

/** A defect that the parser listed: warnings become errors under strict conformance. */
function forPosition(defect: Finding, index: number, { conformance }: PathContext): Finding {
  const severity = defect.severity === 'warning' && conformance === 'strict' ? 'error' : defect.severity;
  return { ...defect, severity, certificate: index };
}

function countIntermediates(
  certificates: readonly KnownCertificate[],
  { maxIntermediates }: PathContext,
): readonly Finding[] {
  if (maxIntermediates === undefined) return none;
  const intermediates = certificates.slice(1, -1).filter((known) => !known.selfIssued).length;
  return intermediates > maxIntermediates
    ? [finding('max_intermediates_exceeded', { intermediates, maxIntermediates })]
    : none;
}

/** Size and kind of the key, at the time asked about; that a key can be used shows where it is used. */
function checkKey(
  known: KnownCertificate,
  index: number,
  context: PathContext,
  inherited: Uint8Array | undefined,
): readonly Finding[] {
  const own = known.describedKey;
  const described = own.ok || inherited === undefined ? own : describePublicKey(known.certificate.publicKey, inherited);
  if (!described.ok) {
    // An end entity's key signs nothing here. Unknown kinds are reported by the edge below, where they matter.
    return described.finding.code === 'public_key_malformed' ? [{ ...described.finding, certificate: index }] : none;
  }
  const weaknesses = keyAcceptance(described.value, context.at, context.algorithms);
  return weaknesses.length === 0 ? none : weaknesses.map((weak) => ({ ...weak, certificate: index }));
}

/** (a)(2), by the validity model: shell asks all at `at`, chain each when it issued the next, hybrid when the end entity was issued. */
function checkValidity(
  certificates: readonly KnownCertificate[],
  index: number,
  context: PathContext,
): readonly Finding[] {
  const { certificate } = certificates[index] as KnownCertificate;
  const at = validityTime(certificates, index, context);
  // notAfter is inclusive (§4.1.2.5), times are whole seconds.
  if (at > certificate.notAfter) {
    const params = { notAfter: formatTime(certificate.notAfter), at: formatTime(at) };
    return [finding('certificate_expired', params, { certificate: index })];
  }
  if (at < certificate.notBefore) {
    const params = { notBefore: formatTime(certificate.notBefore), at: formatTime(at) };
    return [finding('certificate_not_yet_valid', params, { certificate: index })];
  }
  return none;
}

/** The time at which this certificate of the path must have been valid (REVOCATION.md, rule 12). */
export function validityTime(
  certificates: readonly KnownCertificate[],
  index: number,
  context: Pick<PathContext, 'at' | 'validityModel'>,
): number {
  if (index === 0 || context.validityModel === 'shell') return context.at;
  const issued = context.validityModel === 'chain' ? certificates[index - 1] : certificates[0];
  return (issued as KnownCertificate).certificate.notBefore;
}

/** (k): version 3, basicConstraints, cA. An anchor without basicConstraints is an old root. */
function checkAuthority(
  { certificate }: KnownCertificate,
  index: number,
  anchor: boolean,
  context: PathContext,
): readonly Finding[] {
  if (certificate.basicConstraints === undefined) {
    if (!anchor) return [finding('basic_constraints_missing', {}, { certificate: index })];
    const severity = context.conformance === 'strict' ? 'error' : 'warning';
    return [finding('anchor_basic_constraints_missing', {}, { certificate: index, severity })];
  }
  return certificate.basicConstraints.cA ? none : [finding('not_a_ca', {}, { certificate: index })];
}

/** §4.2.1.4: who cannot interpret a qualifier of a critical extension must refuse. */
function checkPolicyQualifiers({ certificate }: KnownCertificate, index: number): readonly Finding[] {
  if (certificate.certificatePolicies === undefined) return none;
  const unknown = certificate.certificatePolicies
    .flatMap(({ qualifiers }) => qualifiers)
    .find((oid) => !knownQualifiers.has(oid));
  if (unknown === undefined) return none;
  const critical = certificate.extensions.some(
    (extension) => extension.oid === extensionOid.certificatePolicies && extension.critical,
  );
  return critical ? [finding('critical_extension_unknown', { oid: unknown }, { certificate: index })] : none;
}
