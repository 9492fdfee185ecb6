/**
 * Profiles: what a certificate must be to serve a purpose, as data. RFC 8550 §4.4 (smime), RFC 5280 §4.2.1.12 (TLS),
 * RFC 9336 (document). A profile never looks at identities; names asked for are checked whatever the profile.
 */
import { append, type Finding, finding } from '../findings/finding.js';
import type { Certificate } from '../x509/certificate.js';
import { keyUsageBit } from '../x509/extensions.js';
import { checkAnyKeyUsage, checkPurpose, purposeOid } from './purposes.js';
import { checkWebPkiServer } from './webpki-server.js';

interface Profile {
  /** Any one of these purposes is enough, where extKeyUsage is present. */
  readonly purposes: readonly string[];
  /** At least one of these bits, where keyUsage is present; the words say it to people. */
  readonly keyUsage?: { readonly bits: number; readonly words: string };
  readonly rules?: (path: readonly Certificate[]) => Finding[];
}

const { digitalSignature, nonRepudiation, keyEncipherment, keyAgreement } = keyUsageBit;
const handshake = { bits: digitalSignature | keyEncipherment | keyAgreement, words: 'a TLS handshake' };
const signing = { bits: digitalSignature | nonRepudiation, words: 'digitalSignature or nonRepudiation' };

/** Microsoft's and Adobe's document signing purposes stand beside RFC 9336's in the certificates of people. */
const documentPurposes = ['documentSigning', '1.3.6.1.4.1.311.10.3.12', '1.2.840.113583.1.1.5', 'emailProtection'];

const profiles = {
  rfc5280: { purposes: [] },
  'tls-server': { purposes: ['serverAuth'], keyUsage: handshake },
  'tls-client': {
    purposes: ['clientAuth'],
    keyUsage: { bits: digitalSignature | keyAgreement, words: 'a TLS handshake' },
  },
  smime: { purposes: ['emailProtection'], keyUsage: signing },
  document: { purposes: documentPurposes, keyUsage: signing },
  device: { purposes: ['serverAuth', 'clientAuth'], keyUsage: handshake },
  'webpki-server': { purposes: ['serverAuth'], keyUsage: handshake, rules: checkWebPkiServer },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;
export const profileNames = Object.keys(profiles) as ProfileName[];

/** Checks a path (end entity first, anchor last when it has one) against a profile. */
export function checkProfile(name: ProfileName, path: readonly Certificate[]): Finding[] {
  const profile: Profile = profiles[name];
  const [endEntity] = path;
  if (endEntity === undefined) return [];
  const findings: Finding[] = [];
  if (profile.keyUsage !== undefined)
    append(findings, checkAnyKeyUsage(endEntity, profile.keyUsage.bits, profile.keyUsage.words));
  append(findings, checkAnyPurpose(profile.purposes, path, name !== 'webpki-server'));
  if (profile.rules !== undefined) append(findings, profile.rules(path));
  return findings;
}

/** The findings about the first purpose, unless one of the purposes is granted throughout. */
function checkAnyPurpose(purposes: readonly string[], path: readonly Certificate[], anySatisfies: boolean): Finding[] {
  let first: Finding[] | undefined;
  for (const purpose of purposes) {
    const findings = checkPurpose(path, purposeOid(purpose) ?? purpose, { anySatisfies }).filter(
      // Bits are the profile's own rule here; a purpose asked for by name has its consistency checked as well.
      ({ code }) => code === 'extended_key_usage_not_allowed',
    );
    if (findings.length === 0) return [];
    first ??= findings;
  }
  return first ?? [];
}

/** DESIGN.md §6: the nearest pinned authority above the end entity must issue for the profile. */
export function checkIssuesFor(
  name: ProfileName,
  authority: { name: string; issuesFor: readonly string[] } | undefined,
): Finding[] {
  if (name === 'rfc5280' || authority === undefined || authority.issuesFor.includes(name)) return [];
  return [finding('authority_not_for_profile', { authority: authority.name, profile: name }, { certificate: 0 })];
}
