/**
 * The one table of findings. Everything the verifier can say stands here once: what it means for the verdict,
 * how serious it is unless a rule says otherwise, where the rule is written, the sentence for people, and what
 * to do about it. The order is the ranking: of several findings of one severity and class the upper one is the
 * more telling and heads the list.
 *
 * `class` is what an error of this code does to the status: `invalid`, or `indeterminate` where something is only
 * not proven. `etsi` is the sub-indication of ETSI EN 319 102-1 that comes nearest.
 */

export type FindingClass = 'invalid' | 'indeterminate';
export type Severity = 'error' | 'warning' | 'info';

export interface FindingDefinition {
  readonly class: FindingClass;
  readonly severity: Severity;
  readonly rfc?: string;
  readonly sentence: string;
  readonly advice: string;
  readonly etsi?: string;
}

const invalid = (
  rfc: string | undefined,
  etsi: string | undefined,
  sentence: string,
  advice: string,
): FindingDefinition => entry('invalid', 'error', rfc, etsi, sentence, advice);

const unproven = (
  rfc: string | undefined,
  etsi: string | undefined,
  sentence: string,
  advice: string,
): FindingDefinition => entry('indeterminate', 'error', rfc, etsi, sentence, advice);

/** A duty of the issuer that a verifier can live without: a warning, an error under `conformance: 'strict'`. */
const duty = (rfc: string, sentence: string): FindingDefinition =>
  entry(
    'invalid',
    'warning',
    rfc,
    'CHAIN_CONSTRAINTS_FAILURE',
    sentence,
    'Tell the issuer. Under conformance "strict" this is an error.',
  );

const warning = (rfc: string | undefined, sentence: string, advice: string): FindingDefinition =>
  entry('indeterminate', 'warning', rfc, undefined, sentence, advice);

const info = (rfc: string | undefined, sentence: string, advice: string): FindingDefinition =>
  entry('indeterminate', 'info', rfc, undefined, sentence, advice);

function entry(
  findingClass: FindingClass,
  severity: Severity,
  rfc: string | undefined,
  etsi: string | undefined,
  sentence: string,
  advice: string,
): FindingDefinition {
  return {
    class: findingClass,
    severity,
    sentence,
    advice,
    ...(rfc === undefined ? {} : { rfc }),
    ...(etsi === undefined ? {} : { etsi }),
  };
}

export const findingTable = {
  // Input that cannot be read
  certificate_malformed: invalid(
    'RFC 5280 §4.1',
    'FORMAT_FAILURE',
    'The certificate cannot be read: expected {expected}, found {found}.',
    'Give an X.509 certificate as DER or PEM. If this is one, its issuer did not follow DER; ask for another.',
  ),
  identity_malformed: invalid(
    'RFC 9525 §6.1',
    undefined,
    'The identity to compare cannot be read: expected {expected}, found {found}.',
    'Give a host name, an IP address or a mailbox, as its type says.',
  ),
  cms_malformed: invalid(
    'RFC 5652 §5',
    'FORMAT_FAILURE',
    'The message claims to be signed and its signature cannot be read: expected {expected}, found {found}.',
    'Ask the sender for the message again; something on the way may have altered it.',
  ),
  // What a signature says
  signature_invalid: invalid(
    'RFC 5280 §6.1.3 (a)(1)',
    'SIG_CRYPTO_FAILURE',
    'The signature of the certificate does not fit the key of its issuer.',
    'The certificate was altered, or someone else than the named issuer made it. Do not trust it.',
  ),
  message_digest_mismatch: invalid(
    'RFC 5652 §11.2',
    'HASH_FAILURE',
    'The content is not what was signed: its digest differs from the signed one.',
    'The message was altered after it was signed, or the wrong content was given.',
  ),
  message_signature_invalid: invalid(
    'RFC 5652 §5.6',
    'SIG_CRYPTO_FAILURE',
    "The signature value does not fit the signer's key.",
    'The signature was altered, or the signer certificate is not the one that signed.',
  ),
  signed_attributes_invalid: invalid(
    'RFC 5652 §5.3',
    'FORMAT_FAILURE',
    'The signed attributes break a rule: {detail}.',
    'The signing program is at fault; ask the sender to sign again with another.',
  ),
  timestamp_malformed: invalid(
    'RFC 3161 §2.4.2',
    'FORMAT_FAILURE',
    'The timestamp cannot be read: expected {expected}, found {found}.',
    'The timestamp proves nothing. Ask for the time from another source (at).',
  ),
  timestamp_imprint_mismatch: invalid(
    'RFC 3161 §2.2',
    'HASH_FAILURE',
    'The timestamp is over something else than what it is attached to.',
    'The timestamp proves nothing here; it belongs to something else, or what it was over was altered.',
  ),
  // Revocation that is proven
  certificate_revoked: invalid(
    'RFC 5280 §6.3',
    'REVOKED',
    'The certificate was revoked on {revocationDate} ({reason}).',
    'Do not accept what it was used for after that date.',
  ),
  issuer_revoked: invalid(
    'RFC 5280 §6.3',
    'REVOKED',
    'The certificate of an issuing authority was revoked on {revocationDate} ({reason}).',
    'Nothing that this authority signed is trusted unless it is proven to have existed before that date.',
  ),
  // The path, RFC 5280 §6.1
  certificate_expired: invalid(
    'RFC 5280 §6.1.3 (a)(2)',
    'EXPIRED',
    'The certificate was valid until {notAfter} and is asked about at {at}.',
    'Ask about a time within its validity (at), or get a renewed certificate.',
  ),
  certificate_not_yet_valid: invalid(
    'RFC 5280 §6.1.3 (a)(2)',
    'NOT_YET_VALID',
    'The certificate is valid from {notBefore} and is asked about at {at}.',
    'Ask about a time within its validity (at), and check the clock.',
  ),
  issuer_name_mismatch: invalid(
    'RFC 5280 §6.1.3 (a)(4)',
    'CHAIN_CONSTRAINTS_FAILURE',
    'The issuer name of the certificate is not the subject name of the certificate above it.',
    'Give the certificates of the right issuer.',
  ),
  basic_constraints_missing: invalid(
    'RFC 5280 §6.1.4 (k)',
    'CHAIN_CONSTRAINTS_FAILURE',
    'A certificate that issued another has no basicConstraints extension: it is no authority.',
    'Do not trust it: an end entity may have issued certificates in the name of others.',
  ),
  not_a_ca: invalid(
    'RFC 5280 §6.1.4 (k)',
    'CHAIN_CONSTRAINTS_FAILURE',
    'A certificate that issued another is not one of an authority (cA is FALSE).',
    'Do not trust it: an end entity may have issued certificates in the name of others.',
  ),
  path_length_exceeded: invalid(
    'RFC 5280 §6.1.4 (l)',
    'CHAIN_CONSTRAINTS_FAILURE',
    'More intermediate certificates follow than the authority allows (path length {pathLength}).',
    'An authority issued a sub-authority that it may not have. Tell its operator.',
  ),
  max_intermediates_exceeded: invalid(
    undefined,
    'CHAIN_CONSTRAINTS_FAILURE',
    'The path has {intermediates} intermediate certificates; the request allows {maxIntermediates}.',
    'Allow more intermediates, or ask for a shorter chain.',
  ),
  key_usage_cert_sign_missing: invalid(
    'RFC 5280 §6.1.4 (n)',
    'CHAIN_CONSTRAINTS_FAILURE',
    'A certificate that issued another may not sign certificates: its keyUsage lacks keyCertSign.',
    'Do not trust it: its key was not meant to issue certificates.',
  ),
  critical_extension_unknown: invalid(
    'RFC 5280 §6.1.4 (o), §6.1.5 (f)',
    'CHAIN_CONSTRAINTS_FAILURE',
    'The certificate has a critical extension that is not understood ({oid}).',
    'The issuer forbids use by software that does not understand this extension.',
  ),
  signature_algorithm_mismatch: invalid(
    'RFC 5280 §4.1.1.2',
    'FORMAT_FAILURE',
    'The certificate names two different signature algorithms, one inside and one outside of what is signed.',
    'The certificate was altered or badly made. Do not trust it.',
  ),
  extension_not_allowed: invalid(
    'RFC 5280 §4.1.2.1',
    'FORMAT_FAILURE',
    'The certificate has {what}, which its version {version} does not allow.',
    'The certificate was badly made; ask for another.',
  ),
  name_not_permitted: invalid(
    'RFC 5280 §6.1.3 (b)',
    'CHAIN_CONSTRAINTS_FAILURE',
    'A name of the certificate ({form}: {name}) is not among those that an authority above it may issue for.',
    'The authority issued outside of its name space. Do not trust the certificate.',
  ),
  name_excluded: invalid(
    'RFC 5280 §6.1.3 (c)',
    'CHAIN_CONSTRAINTS_FAILURE',
    'A name of the certificate ({form}: {name}) is among those that an authority above it must not issue for.',
    'The authority issued outside of its name space. Do not trust the certificate.',
  ),
  name_constraint_unsupported: invalid(
    'RFC 5280 §4.2.1.10',
    'CHAIN_CONSTRAINTS_FAILURE',
    'An authority constrains a form of names that cannot be compared ({form}), and the certificate has such a name.',
    'RFC 5280 demands refusal here. Tell the issuer.',
  ),
  name_constraints_malformed: invalid(
    'RFC 5280 §4.2.1.10',
    'CHAIN_CONSTRAINTS_FAILURE',
    'The name constraints of an authority cannot be applied: {detail}.',
    'Tell the issuer; a constraint that cannot be applied must not be passed over.',
  ),
  policy_missing: invalid(
    'RFC 5280 §6.1.5 (g)',
    'CHAIN_CONSTRAINTS_FAILURE',
    'No certificate policy that is acceptable holds for the whole path, and one is required.',
    'Ask for a certificate issued under an acceptable policy, or change the policies asked for.',
  ),
  policy_mapping_invalid: invalid(
    'RFC 5280 §6.1.4 (a)',
    'CHAIN_CONSTRAINTS_FAILURE',
    'An authority maps anyPolicy to or from another policy, which is forbidden.',
    'Tell the issuer.',
  ),
  authority_not_for_profile: invalid(
    undefined,
    'CHAIN_CONSTRAINTS_FAILURE',
    'The authority "{authority}" does not issue certificates for the profile {profile}.',
    'The certificate serves another purpose. Ask for one from the right authority.',
  ),
  // Usage and identity
  key_usage_not_allowed: invalid(
    'RFC 5280 §4.2.1.3',
    'CHAIN_CONSTRAINTS_FAILURE',
    'The keyUsage of the certificate does not allow {usage}.',
    'The certificate was not issued for this use.',
  ),
  extended_key_usage_not_allowed: invalid(
    'RFC 5280 §4.2.1.12',
    'CHAIN_CONSTRAINTS_FAILURE',
    'The extended key usage of the certificate does not allow {usage}.',
    'The certificate was not issued for this use.',
  ),
  extended_key_usage_invalid: invalid(
    'RFC 5280 §4.2.1.12',
    'CHAIN_CONSTRAINTS_FAILURE',
    'The extended key usage {usage} is not granted in the form that it demands: {detail}.',
    'The certificate was not properly issued for this use.',
  ),
  name_mismatch: invalid(
    'RFC 9525 §6',
    undefined,
    'The certificate is not for {asked}. It names: {presented}.',
    'Check the name asked for. If it is right, another server answered, or the certificate lacks the name.',
  ),
  identity_missing: invalid(
    'RFC 9525 §6',
    undefined,
    'The certificate names no {type} at all; common names do not count.',
    'Ask for a certificate with a subject alternative name.',
  ),
  from_mismatch: invalid(
    'RFC 8550 §3',
    undefined,
    'The sender of the message is not among the mailboxes of the signer certificate.',
    'Someone signed with another certificate than that of the sender shown. Check who it was.',
  ),
  from_not_single: invalid(
    'RFC 8550 §3',
    undefined,
    'The message does not have exactly one sender to compare: {detail}.',
    'Do not rely on the sender shown; mail programs differ in what they show for such a message.',
  ),
  profile_rule_broken: invalid(
    undefined,
    'CHAIN_CONSTRAINTS_FAILURE',
    'The certificate breaks a rule of the profile {profile}: {detail}.',
    'Ask for a certificate that follows the rules, or ask under another profile.',
  ),
  // Not proven
  no_path_to_anchor: unproven(
    'RFC 5280 §6.1',
    'NO_CERTIFICATE_CHAIN_FOUND',
    'No path leads from the certificate to a trust anchor: the certificate of "{issuer}" is missing.',
    'Give the intermediate certificates, or install the authority.',
  ),
  authority_distrusted: unproven(
    undefined,
    'NO_CERTIFICATE_CHAIN_FOUND_NO_POE',
    'The catalogue ends the trust in the authority "{authority}" on {distrustAfter}.',
    'Only what is proven to have existed before that date counts.',
  ),
  authority_facts_differ: unproven(
    undefined,
    'NO_CERTIFICATE_CHAIN_FOUND',
    'The certificate of "{authority}" has the published fingerprints and other facts differ: {detail}. It is not used.',
    'Check the catalogue; confirm the entry (confirmed: true) once the difference is understood.',
  ),
  authority_status_unknown: unproven(
    undefined,
    'TRY_LATER',
    'The path ends at the pinned authority "{authority}": the certificate of its root is not installed, so nothing says whether it was revoked.',
    "Import the root's certificate and its CRL.",
  ),
  out_of_bounds_no_poe: unproven(
    'ETSI EN 319 102-1 §5.2.6',
    'OUT_OF_BOUNDS_NO_POE',
    'A certificate had expired on {notAfter}, and nothing proves that the message was signed before.',
    'Give a time by which the message is known to have existed (at).',
  ),
  out_of_bounds_not_revoked: unproven(
    'ETSI EN 319 102-1 §5.2.6',
    'OUT_OF_BOUNDS_NOT_REVOKED',
    'A certificate had expired on {notAfter} and was not revoked until then; nothing proves that the message was signed before.',
    'Give a time by which the message is known to have existed (at).',
  ),
  revoked_no_poe: unproven(
    'ETSI EN 319 102-1 §5.2.6',
    'REVOKED_NO_POE',
    "The signer's certificate was revoked on {revocationDate}, and nothing proves that the message was signed before.",
    'Give a time by which the message is known to have existed (at).',
  ),
  revoked_ca_no_poe: unproven(
    'ETSI EN 319 102-1 §5.2.6',
    'REVOKED_CA_NO_POE',
    'The certificate of an issuing authority was revoked on {revocationDate}, and nothing proves that what it signed existed before.',
    'Give a time by which the message is known to have existed (at), and CRLs held since before that date.',
  ),
  on_hold: unproven(
    'RFC 5280 §5.3.1',
    'TRY_LATER',
    'The certificate was on hold (suspended) at {at}.',
    'Ask again when the hold has been lifted or made a revocation.',
  ),
  revoked_invalidity_date: unproven(
    'RFC 5280 §5.3.2',
    'REVOKED_NO_POE',
    'The certificate was revoked on {revocationDate}, and its key is said to be compromised since {invalidityDate}.',
    'What was made between these dates may be by a thief. Look for other proof.',
  ),
  revocation_unknown: unproven(
    'RFC 5280 §6.3',
    'TRY_LATER',
    'Nothing proves that the certificate was not revoked at {at}: {why}.',
    'Refresh or import the CRL of its issuer, or ask with revocation "known" or "off".',
  ),
  algorithm_too_weak: unproven(
    'RFC 8550 §4.3, RFC 8551 §2.2',
    'CRYPTO_CONSTRAINTS_FAILURE',
    'The algorithm {algorithm} is no longer accepted at {at}.',
    'Ask about the time when it was in use (at), or with algorithms "legacy" if its weakness is acceptable.',
  ),
  key_too_small: unproven(
    'RFC 8550 §4.3',
    'CRYPTO_CONSTRAINTS_FAILURE',
    'The key ({key}) is smaller than what is accepted at {at}.',
    'Ask about the time when it was in use (at), or with algorithms "legacy" if its weakness is acceptable.',
  ),
  algorithm_unknown: unproven(
    'RFC 5280 §4.1.1.2',
    'SIG_CRYPTO_FAILURE_NO_POE',
    'The algorithm {algorithm} is not known here, so a signature could not be checked.',
    'Another verifier may know it. Report it, so that it can be added.',
  ),
  algorithm_unavailable: unproven(
    undefined,
    'SIG_CRYPTO_FAILURE_NO_POE',
    'The algorithm {algorithm} is known, and the runtime at hand cannot compute it.',
    'Use a newer Node.js.',
  ),
  public_key_malformed: invalid(
    'RFC 5280 §4.1.2.7',
    'SIG_CRYPTO_FAILURE',
    'The public key of the certificate cannot be used: {detail}.',
    'The certificate was badly made. Do not trust what its key signs.',
  ),
  budget_exceeded: unproven(
    undefined,
    'GENERIC',
    'The work for this request exceeds the limit for {budget} ({limit}).',
    'This is what hostile input looks like. Ask with fewer certificates, or with the path alone.',
  ),
  // Messages without an answer
  not_signed: unproven(
    'RFC 8551 §3',
    'NO_SIGNING_CERTIFICATE_FOUND',
    'The message is not signed.',
    'There is no signature to check.',
  ),
  encrypted: unproven(
    'RFC 8551 §3.3',
    'GENERIC',
    'The message is encrypted; a signature inside cannot be seen.',
    'Decrypt it first and give what comes out.',
  ),
  signer_certificate_missing: unproven(
    'RFC 5652 §5.3',
    'NO_SIGNING_CERTIFICATE_FOUND',
    "The signer's certificate is not in the message and not among those given.",
    'Give it as an intermediate certificate.',
  ),
  content_missing: unproven(
    'RFC 5652 §5.2',
    'SIGNED_DATA_NOT_FOUND',
    'The signature is detached, and the content that it is over was not given.',
    'Give the content beside the signature.',
  ),
  certificate_without_mailbox: unproven(
    'RFC 8550 §3',
    undefined,
    'The certificate of the signer has no mailbox to compare with the sender.',
    'Ask with from: false if the sender need not be compared.',
  ),
  sender_differs_from_from: unproven(
    'RFC 8550 §3',
    undefined,
    'The certificate of the signer is that of the Sender of the message and not of its From.',
    'People are shown From. Take the message as written by its Sender.',
  ),
  timestamp_not_usable: warning(
    'RFC 3161 §2.4.2',
    'A timestamp of the message proves no time: {why}.',
    'Give the certificate of its timestamp authority, and its CRLs.',
  ),
  // Evidence and supply: not the main input
  anchor_malformed: warning(
    undefined,
    'A trust anchor cannot be read and is left out: expected {expected}, found {found}.',
    'Give it as a DER or PEM certificate.',
  ),
  intermediate_malformed: warning(
    undefined,
    'An intermediate certificate cannot be read and is left out: expected {expected}, found {found}.',
    'Give it as a DER or PEM certificate.',
  ),
  crl_malformed: warning(
    'RFC 5280 §5.1',
    'A CRL cannot be read and is left out: expected {expected}, found {found}.',
    'Give it as a DER or PEM CRL.',
  ),
  crl_signature_invalid: warning(
    'RFC 5280 §6.3.3 (g)',
    'The signature of a CRL does not fit the key of its issuer; the CRL is left out.',
    'The CRL was altered, or someone else made it. Fetch it again.',
  ),
  crl_not_usable: warning(
    'RFC 5280 §6.3.3',
    'A CRL of this issuer cannot speak for the certificate: {why}.',
    'Fetch the CRL that the certificate names.',
  ),
  crl_stale: warning(
    'RFC 5280 §5.1.2.5',
    'The latest CRL should have been renewed by {nextUpdate}.',
    'Refresh the CRL; look why its authority does not publish.',
  ),
  crl_from_future: warning(
    'RFC 5280 §5.1.2.4',
    'A CRL is dated {thisUpdate}, later than now; it is left out.',
    'Check the clock here and at the authority.',
  ),
  crl_validity_not_as_published: warning(
    undefined,
    'A CRL runs for {found}, published is {published}; its word counts no longer than published.',
    'Ask the authority whether its schedule changed.',
  ),
  revocation_missing: warning(
    'RFC 5280 §6.3',
    'Nothing says whether the certificate was revoked at {at}: {why}.',
    'Refresh or import the CRL of its issuer.',
  ),
  // Duties of the issuer that a verifier can live without
  subject_key_identifier_missing: duty('RFC 5280 §4.2.1.2', 'An authority has no subjectKeyIdentifier extension.'),
  authority_key_identifier_missing: duty(
    'RFC 5280 §4.2.1.1',
    'The certificate has no authorityKeyIdentifier extension with a key identifier.',
  ),
  extension_criticality: duty('RFC 5280 §4.2', 'The extension {extension} is {found} and must be {expected}.'),
  serial_number_invalid: duty(
    'RFC 5280 §4.1.2.2',
    'The serial number is not a positive integer of at most 20 octets: {detail}.',
  ),
  key_usage_on_leaf: duty(
    'RFC 5280 §4.2.1.9',
    'A certificate that is not one of an authority has keyCertSign in its keyUsage.',
  ),
  ca_only_extension_on_leaf: duty(
    'RFC 5280 §4.2.1.10',
    'A certificate that is not one of an authority has the extension {extension}.',
  ),
  path_length_without_ca: duty(
    'RFC 5280 §4.2.1.9',
    'The basicConstraints of the certificate have a path length although cA or keyCertSign is missing.',
  ),
  encoding_not_canonical: duty('RFC 5280 §4.1', 'The certificate encodes {what} otherwise than DER demands.'),
  subject_empty: duty('RFC 5280 §4.1.2.6', 'The subject of {what} is empty.'),
  crl_conformance: duty('RFC 5280 §5', 'A CRL breaks a rule for its issuer: {detail}.'),
  anchor_basic_constraints_missing: warning(
    'RFC 5280 §4.2.1.9',
    'The trust anchor has no basicConstraints extension.',
    'Old version 1 roots are so. Under conformance "strict" this is an error.',
  ),
  // To know
  revocation_not_checked: info(
    undefined,
    'Revocation was not looked at, as the request asked.',
    'Ask with revocation "require" for an answer that rests on evidence.',
  ),
  delegated_crl_self_asserted: info(
    'RFC 5280 §6.3.3 (f)',
    'The status of the signer of a CRL rests on that CRL itself.',
    'Nothing to do; the recursion ends here.',
  ),
  revoked_after: info(
    'RFC 5280 §6.3',
    'The certificate was revoked later, on {revocationDate}; it was good at {at}.',
    'Do not accept newer uses of it.',
  ),
  identity_not_compared: info(
    undefined,
    'The sender was not compared: neither the request nor the profile asks for it.',
    'Nothing to do.',
  ),
  countersignature_not_judged: info(
    'RFC 5652 §11.4',
    'The signature carries {count} countersignatures, which are not looked at.',
    'Nothing to do; they do not touch the signature itself.',
  ),
  sender_not_present: info(undefined, 'The input is no mail; there is no sender to compare.', 'Nothing to do.'),
} as const satisfies Record<string, FindingDefinition>;

/** The stable code of a finding. */
export type FindingCode = keyof typeof findingTable;
