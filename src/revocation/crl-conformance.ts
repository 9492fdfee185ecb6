/**
 * What RFC 5280 §5 demands of CRL issuers and a verifier can live without: rules as data. Warnings by default, errors under
 * `conformance: 'strict'`. Only the CRL that a status rests on is held to them.
 */
import { type Finding, finding } from '../findings/finding.js';
import type { CertificateList } from '../x509/crl.js';
import { extensionOid } from '../x509/extensions.js';

interface CrlRule {
  readonly detail: string;
  readonly broken: (list: CertificateList) => boolean;
}

const criticality = (name: keyof typeof extensionOid, critical: boolean): CrlRule => ({
  detail: `its ${name} is ${critical ? 'not critical (§5.2)' : 'critical (§5.2)'}`,
  broken: ({ extensions }) =>
    extensions.some((extension) => extension.oid === extensionOid[name] && extension.critical !== critical),
});

const rules: readonly CrlRule[] = [
  { detail: 'it has no nextUpdate (§5.1.2.5)', broken: ({ nextUpdate }) => nextUpdate === undefined },
  {
    detail: 'its nextUpdate is before its thisUpdate (§5.1.2.5)',
    broken: ({ thisUpdate, nextUpdate }) => nextUpdate !== undefined && nextUpdate < thisUpdate,
  },
  { detail: 'it is of version 1 (§5.1.2.1)', broken: ({ version }) => version === 1 },
  {
    detail: 'it has no cRLNumber (§5.2.3)',
    broken: ({ version, cRLNumber }) => version === 2 && cRLNumber === undefined,
  },
  {
    detail: 'its cRLNumber has more than 20 octets (§5.2.3)',
    broken: ({ cRLNumber }) => cRLNumber !== undefined && cRLNumber.length > 20,
  },
  {
    detail: 'it has no authorityKeyIdentifier (§5.2.1)',
    broken: ({ version, authorityKeyIdentifier }) => version === 2 && authorityKeyIdentifier === undefined,
  },
  { detail: 'its times are of a form that §5.1.2.4 does not allow', broken: ({ canonicalTimes }) => !canonicalTimes },
  { detail: 'its issuer is empty (§5.1.2.3)', broken: ({ issuer }) => issuer.rdns.length === 0 },
  criticality('cRLNumber', false),
  criticality('authorityKeyIdentifier', false),
  criticality('issuerAltName', false),
  criticality('freshestCRL', false),
  criticality('authorityInfoAccess', false),
  criticality('deltaCRLIndicator', true),
  criticality('issuingDistributionPoint', true),
];

/** The details of the rules that are broken, to be worked out once for each CRL. */
export function brokenDuties(list: CertificateList): readonly string[] {
  const broken = rules.filter((rule) => rule.broken(list));
  return broken.length === 0 ? none : broken.map(({ detail }) => detail);
}

const none: readonly string[] = [];

export function dutyFindings(duties: readonly string[], strict: boolean, certificate?: number): Finding[] {
  return duties.map((detail) =>
    finding('crl_conformance', { detail }, { certificate, severity: strict ? 'error' : 'warning' }),
  );
}
