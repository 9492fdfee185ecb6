/**
 * Why the two judges may differ: rules, each with the sentence that justifies our side. A difference that no rule explains
 * fails the test; so does a rule that explains none.
 */
import type { Judgement } from './judges.js';
import type { Plan } from './plan.js';

export interface Difference {
  plan: Plan;
  ours: Judgement;
  openssl: Judgement;
}

export interface Rule {
  name: string;
  applies: (difference: Difference) => boolean;
  reason: string;
  source: string;
}

const weRefuse = ({ ours, openssl }: Difference, ...codes: string[]): boolean =>
  openssl.accepts && codes.some((code) => ours.why.includes(code));
const opensslRefuses = ({ ours, openssl }: Difference, sentence: string): boolean =>
  ours.accepts && openssl.why.includes(sentence);
const extendedKeyUsages = ({ plan }: Difference): string[] =>
  plan.certificates.flatMap((certificate) => certificate.extensions.extendedKeyUsage ?? []);
const dnsNames = ({ plan }: Difference): string[] =>
  (plan.certificates.at(-1)?.extensions.subjectAltName ?? []).flatMap((name) => ('dns' in name ? [name.dns] : []));

export const rules: readonly Rule[] = [
  {
    name: 'notAfter is inclusive',
    applies: (difference) =>
      opensslRefuses(difference, 'certificate has expired') &&
      difference.plan.certificates.some((one) => one.notAfter.getTime() === difference.plan.question.at.getTime()),
    reason: 'The certificate is valid in the second of its notAfter; OpenSSL takes equality as expired.',
    source: 'RFC 5280 §4.1.2.5: "the period of time from notBefore through notAfter, inclusive."',
  },
  {
    name: 'anyExtendedKeyUsage allows any usage',
    applies: (difference) =>
      opensslRefuses(difference, 'unsuitable certificate purpose') &&
      extendedKeyUsages(difference).includes('anyExtendedKeyUsage'),
    reason: "OpenSSL's TLS and S/MIME purposes do not take anyExtendedKeyUsage for theirs.",
    source:
      'RFC 5280 §4.2.1.12: "If a CA includes extended key usages to satisfy such applications, but does not wish to restrict ' +
      'usages of the key, the CA can include the special KeyPurposeId anyExtendedKeyUsage".',
  },
  {
    name: 'common names do not count',
    applies: (difference) => weRefuse(difference, 'identity_missing') && dnsNames(difference).length === 0,
    reason: 'Without any alternative name OpenSSL compares the common name.',
    source: 'RFC 9525 §2: "The Common Name RDN MUST NOT be used to identify a service".',
  },
  {
    name: 'a wildcard is a whole label',
    applies: (difference) =>
      weRefuse(difference, 'name_mismatch') && dnsNames(difference).some((name) => /^[^.]+\*/.test(name)),
    reason: 'OpenSSL lets "m*.example.test" match "mail.example.test".',
    source: 'RFC 9525 §6.3: "The wildcard character appears only as the complete content of the left-most label."',
  },
  {
    name: 'an extension stands once',
    applies: (difference) =>
      weRefuse(difference, 'certificate_malformed', 'no_path_to_anchor') &&
      difference.plan.certificates.some(({ extensions }) => (extensions.other?.length ?? 0) > 1),
    reason: 'OpenSSL does not mind an unknown extension that comes twice; the certificate is unreadable here.',
    source: 'RFC 5280 §4.2: "A certificate MUST NOT include more than one instance of a particular extension."',
  },
  {
    name: 'extensions demand version 3',
    applies: (difference) =>
      weRefuse(difference, 'extension_not_allowed') &&
      difference.plan.certificates.some((one) => one.version === 1 && one.bare !== true),
    reason: 'OpenSSL reads extensions in a certificate that says it is of version 1.',
    source: 'RFC 5280 §4.1.2.9: "This field MUST only appear if the version is 3".',
  },
  {
    name: "the anchor's policy constraints count",
    applies: (difference) =>
      weRefuse(difference, 'policy_missing') &&
      ['policyConstraints', 'inhibitAnyPolicy'].some(
        (name) => name in (difference.plan.certificates[0]?.extensions ?? {}),
      ),
    reason: 'An anchor that says which policies it demands is held to it; OpenSSL begins below the anchor.',
    source:
      'RFC 5937 §3: what a trust anchor constrains is an input of path validation; RFC 5280 §6.2: "certificate extensions ' +
      'can be used to specify recommended inputs to path validation."',
  },
  {
    name: "the anchor's own status is not asked",
    applies: (difference) =>
      opensslRefuses(difference, 'different CRL scope') &&
      difference.plan.crls.some(
        (crl) => crl.issuer === 0 && crl.issuingDistributionPoint?.onlyContainsUserCerts === true,
      ),
    reason:
      'OpenSSL looks the root up in its own CRL, which speaks of end entities only. Here the anchor is what is trusted.',
    source:
      'RFC 5280 §6.1: "When the trust anchor is provided in the form of a self-signed certificate, this self-signed ' +
      'certificate is not included as part of the prospective certification path."',
  },
];
