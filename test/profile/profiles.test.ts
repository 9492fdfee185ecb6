/** Each profile: which purposes satisfy it, which usages, and what the nearest authority must issue for. */
import { describe, expect, test } from 'vitest';
import { checkIssuesFor, checkProfile, type ProfileName, profileNames } from '../../src/profile/profiles.js';
import { keyUsageBit } from '../../src/x509/extensions.js';
import { certificate, said } from './support.js';

const usages = Object.keys(keyUsageBit) as (keyof typeof keyUsageBit)[];
const purposes = [
  'serverAuth',
  'clientAuth',
  'codeSigning',
  'emailProtection',
  'timeStamping',
  '1.3.6.1.5.5.7.3.36',
  '1.3.6.1.4.1.311.10.3.12',
  '1.2.840.113583.1.1.5',
  'anyExtendedKeyUsage',
  '1.2.3.4',
];
const documentSigning = ['emailProtection', '1.3.6.1.5.5.7.3.36', '1.3.6.1.4.1.311.10.3.12', '1.2.840.113583.1.1.5'];

const table: Record<Exclude<ProfileName, 'webpki-server'>, { purposes: string[]; usages: string[] }> = {
  rfc5280: { purposes, usages },
  'tls-server': {
    purposes: ['serverAuth', 'anyExtendedKeyUsage'],
    usages: ['digitalSignature', 'keyEncipherment', 'keyAgreement'],
  },
  'tls-client': { purposes: ['clientAuth', 'anyExtendedKeyUsage'], usages: ['digitalSignature', 'keyAgreement'] },
  smime: { purposes: ['emailProtection', 'anyExtendedKeyUsage'], usages: ['digitalSignature', 'nonRepudiation'] },
  document: { purposes: [...documentSigning, 'anyExtendedKeyUsage'], usages: ['digitalSignature', 'nonRepudiation'] },
  device: {
    purposes: ['serverAuth', 'clientAuth', 'anyExtendedKeyUsage'],
    usages: ['digitalSignature', 'keyEncipherment', 'keyAgreement'],
  },
};
const rows = Object.entries(table) as [ProfileName, { purposes: string[]; usages: string[] }][];

test('these are all', () => {
  expect(profileNames).toEqual([...rows.map(([name]) => name), 'webpki-server']);
});

describe.each(rows)('%s', (profile, right) => {
  test('restricts nothing that the certificate does not', () => {
    expect(said(checkProfile(profile, [certificate()]))).toEqual([]);
    expect(checkProfile(profile, [])).toEqual([]);
  });

  test.each(purposes)('the purpose %s', (purpose) => {
    const codes = checkProfile(profile, [certificate({ extendedKeyUsage: [purpose] })]).map(({ code }) => code);
    expect(codes).toEqual(right.purposes.includes(purpose) ? [] : ['extended_key_usage_not_allowed']);
  });

  test.each(usages)('the usage %s', (usage) => {
    const codes = checkProfile(profile, [certificate({ keyUsage: [usage] })]).map(({ code }) => code);
    expect(codes).toEqual(right.usages.includes(usage) ? [] : ['key_usage_not_allowed']);
  });

  test('an authority that is for something else', () => {
    const path = [certificate({ extendedKeyUsage: [...purposes] }), certificate({ extendedKeyUsage: ['1.2.3.4'] })];
    const codes = checkProfile(profile, path).map(({ code, certificate: index }) => [code, index]);
    expect(codes).toEqual(profile === 'rfc5280' ? [] : [['extended_key_usage_not_allowed', 1]]);
  });
});

test('one purpose of several must be granted throughout, not one here and another there', () => {
  const path = [certificate({ extendedKeyUsage: ['serverAuth'] }), certificate({ extendedKeyUsage: ['clientAuth'] })];
  expect(said(checkProfile('device', path))).toEqual(['extended_key_usage_not_allowed 1 serverAuth']);
});

describe('issuesFor', () => {
  const authority = { name: 'Infrastructure', issuesFor: ['tls-server', 'tls-client'] };
  test.each(profileNames)('%s', (profile) => {
    const right = profile === 'rfc5280' || authority.issuesFor.includes(profile);
    expect(checkIssuesFor(profile, authority).map(({ code, params }) => [code, params])).toEqual(
      right ? [] : [['authority_not_for_profile', { authority: 'Infrastructure', profile }]],
    );
    expect(checkIssuesFor(profile, undefined)).toEqual([]);
    expect(checkIssuesFor(profile, { name: 'Root', issuesFor: [] })).toHaveLength(profile === 'rfc5280' ? 0 : 1);
  });
});
