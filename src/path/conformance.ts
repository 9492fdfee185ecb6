/**
 * What RFC 5280 §4 demands of issuers and a verifier can live without: rules as data. Warnings by default, errors under
 * `conformance: 'strict'`. What the parser sees by itself (serial numbers, encodings) stands in the certificate's defects.
 */
import { type Finding, finding } from '../findings/finding.js';
import type { KnownCertificate } from '../trust/known-certificate.js';
import type { Certificate } from '../x509/certificate.js';
import { extensionOid, keyUsageBit } from '../x509/extensions.js';

export interface Position {
  readonly index: number;
  /** The uppermost certificate of the path. */
  readonly top: boolean;
  readonly strict: boolean;
}

interface CriticalityRule {
  readonly name: keyof typeof extensionOid;
  readonly critical: boolean;
  readonly applies?: (certificate: Certificate) => boolean;
}

const isAuthority = (certificate: Certificate): boolean => certificate.basicConstraints?.cA === true;

/** §4.2: which extensions MUST be critical, and which MUST NOT. */
const rules: readonly CriticalityRule[] = [
  { name: 'basicConstraints', critical: true, applies: isAuthority },
  { name: 'nameConstraints', critical: true },
  { name: 'policyConstraints', critical: true },
  { name: 'inhibitAnyPolicy', critical: true },
  { name: 'subjectAltName', critical: true, applies: ({ subject }) => subject.rdns.length === 0 },
  { name: 'subjectKeyIdentifier', critical: false },
  { name: 'authorityKeyIdentifier', critical: false },
  { name: 'authorityInfoAccess', critical: false },
  { name: 'subjectInfoAccess', critical: false },
  { name: 'freshestCRL', critical: false },
];

const criticalityRules: ReadonlyMap<string, CriticalityRule> = new Map(
  rules.map((rule) => [extensionOid[rule.name], rule]),
);

/** The findings about one certificate at its position in a path. */
export function duties(known: KnownCertificate, position: Position): readonly Finding[] {
  const bit = (position.index > 0 ? 1 : 2) << (position.top ? 2 : 0);
  if ((known.blameless & bit) !== 0) return none;
  const findings = brokenDuties(known, position);
  if (findings.length === 0) known.blameless |= bit;
  return findings;
}

const none: readonly Finding[] = [];

function brokenDuties(known: KnownCertificate, position: Position): Finding[] {
  const { certificate } = known;
  const severity = position.strict ? 'error' : 'warning';
  const options = { certificate: position.index, severity } as const;
  const findings: Finding[] = [];
  const issues = position.index > 0 || isAuthority(certificate);

  for (const extension of certificate.extensions) {
    const rule = criticalityRules.get(extension.oid);
    if (rule === undefined || extension.critical === rule.critical || rule.applies?.(certificate) === false) continue;
    const { name, critical } = rule;
    findings.push(
      finding(
        'extension_criticality',
        { extension: name, found: criticality(extension.critical), expected: criticality(critical) },
        options,
      ),
    );
  }
  if (certificate.version === 3) keyIdentifierDuties(findings, known, position, issues, options);
  if (certificate.issuer.rdns.length === 0) findings.push(finding('subject_empty', { what: 'the issuer' }, options));
  if (issues && certificate.subject.rdns.length === 0) {
    findings.push(finding('subject_empty', { what: 'an authority' }, options));
  }
  if (!isAuthority(certificate)) {
    const signs = ((certificate.keyUsage ?? 0) & keyUsageBit.keyCertSign) !== 0;
    if (signs) findings.push(finding('key_usage_on_leaf', {}, options));
    if (certificate.nameConstraints !== undefined) {
      findings.push(finding('ca_only_extension_on_leaf', { extension: 'nameConstraints' }, options));
    }
  }
  if (breaksPathLengthDuty(certificate)) findings.push(finding('path_length_without_ca', {}, options));
  if (certificate.subject.rdns.length === 0 && certificate.subjectAltName === undefined && !issues) {
    findings.push(finding('subject_empty', { what: 'a certificate without subjectAltName' }, options));
  }
  return findings;
}

const criticality = (critical: boolean): string => (critical ? 'critical' : 'not critical');

type Options = { readonly certificate: number; readonly severity: 'error' | 'warning' };

function keyIdentifierDuties(
  findings: Finding[],
  { certificate }: KnownCertificate,
  position: Position,
  issues: boolean,
  options: Options,
): void {
  // §4.2.1.2: authorities have a subject key identifier.
  if (issues && certificate.subjectKeyIdentifier === undefined) {
    findings.push(finding('subject_key_identifier_missing', {}, options));
  }
  // §4.2.1.1: it serves to find the issuer, and nothing is looked for above the uppermost.
  if (!position.top && certificate.authorityKeyIdentifier?.keyIdentifier === undefined) {
    findings.push(finding('authority_key_identifier_missing', {}, options));
  }
}

/** §4.2.1.9: a path length only with cA and, where keyUsage is present, keyCertSign. */
function breaksPathLengthDuty({ basicConstraints, keyUsage }: Certificate): boolean {
  if (basicConstraints?.pathLenConstraint === undefined) return false;
  const signs = keyUsage === undefined || (keyUsage & keyUsageBit.keyCertSign) !== 0;
  return !(basicConstraints.cA && signs);
}
