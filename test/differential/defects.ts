/**
 * What can be wrong, or merely unusual, with a chain. Each entry changes a plan; whether the result must be refused is
 * for the two verifiers to say, so harmless oddities stand here beside plain defects.
 */
import type { ExtensionsInput } from '../../src/stand-in/extensions.js';
import { type CertificatePlan, type CrlPlan, days, type Plan, policy } from './plan.js';
import type { Random } from './random.js';

type Defect = (plan: Plan, random: Random) => void;

const last = (plan: Plan): CertificatePlan => at(plan, plan.certificates.length - 1);
/** An authority of the path: the root or one below it. */
const issuerIndex = (plan: Plan, random: Random): number => random.below(plan.certificates.length - 1);
const anyAuthority = (plan: Plan, random: Random): CertificatePlan => at(plan, issuerIndex(plan, random));
const anyCertificate = (plan: Plan, random: Random): CertificatePlan => random.pick(plan.certificates);
const lowest = (plan: Plan): CertificatePlan => at(plan, plan.certificates.length - 2);

function at(plan: Plan, index: number): CertificatePlan {
  const found = plan.certificates[index];
  if (found === undefined) throw new RangeError(`no certificate ${index}`);
  return found;
}

function crlOf(plan: Plan, random: Random): CrlPlan {
  plan.question.revocation = 'require';
  return random.pick(plan.crls);
}

function without(certificate: CertificatePlan, ...names: (keyof ExtensionsInput)[]): void {
  for (const name of names) delete certificate.extensions[name];
}

const unknownExtension = (critical: boolean) => ({
  oid: '1.3.6.1.4.1.55555.99',
  critical,
  value: new Uint8Array([5, 0]),
});

export const defects: Record<string, Defect> = {
  expired: (plan, random) => {
    anyCertificate(plan, random).notAfter = days(-1);
  },
  'not yet valid': (plan, random) => {
    anyCertificate(plan, random).notBefore = days(1);
  },
  'expires this second': (plan, random) => {
    anyCertificate(plan, random).notAfter = days(0);
  },
  'valid from this second': (plan, random) => {
    anyCertificate(plan, random).notBefore = days(0);
  },
  'expired a second ago': (plan, random) => {
    anyCertificate(plan, random).notAfter = new Date(days(0).getTime() - 1000);
  },
  'other issuer name': (plan) => {
    last(plan).issuerName = 'O=Differential, CN=Someone else';
  },
  'issuer name in capitals': (plan) => {
    last(plan).issuerName = String(lowest(plan).subject).toUpperCase();
  },
  'signed by a foreign key': (plan, random) => {
    random.pick(plan.certificates.slice(1)).foreignKey = true;
  },
  'signature altered': (plan, random) => {
    random.pick(plan.certificates.slice(1)).tampered = true;
  },
  'root signature altered': (plan) => {
    at(plan, 0).tampered = true;
  },
  'issuer withheld': (plan) => {
    lowest(plan).withheld = true;
  },
  'twin with another key': (plan, random) => {
    plan.twins.push({ of: issuerIndex(plan, random), otherKey: true, expired: false });
  },
  'twin that expired': (plan, random) => {
    plan.twins.push({ of: issuerIndex(plan, random), otherKey: false, expired: true });
  },
  'two twins': (plan, random) => {
    const of = issuerIndex(plan, random);
    plan.twins.push({ of, otherKey: true, expired: true }, { of, otherKey: true, expired: false });
  },
  'no basic constraints': (plan, random) => without(anyAuthority(plan, random), 'basicConstraints'),
  'cA false': (plan, random) => {
    anyAuthority(plan, random).extensions.basicConstraints = {};
  },
  'basic constraints not critical': (plan, random) => {
    anyAuthority(plan, random).extensions.critical = { basicConstraints: false };
  },
  'path length 0': (plan, random) => {
    anyAuthority(plan, random).extensions.basicConstraints = { ca: true, pathLength: 0 };
  },
  'path length 1': (plan, random) => {
    anyAuthority(plan, random).extensions.basicConstraints = { ca: true, pathLength: 1 };
  },
  'leaf is an authority': (plan) => {
    last(plan).extensions.basicConstraints = { ca: true };
  },
  'leaf without basic constraints': (plan) => without(last(plan), 'basicConstraints'),
  'no keyCertSign': (plan, random) => {
    anyAuthority(plan, random).extensions.keyUsage = ['cRLSign'];
  },
  'authority without key usage': (plan, random) => without(anyAuthority(plan, random), 'keyUsage'),
  'leaf without key usage': (plan) => without(last(plan), 'keyUsage'),
  'leaf key usage does not fit': (plan) => {
    last(plan).extensions.keyUsage = ['dataEncipherment'];
  },
  'leaf signs certificates': (plan) => {
    last(plan).extensions.keyUsage = ['digitalSignature', 'keyCertSign'];
  },
  'leaf for another usage': (plan) => {
    last(plan).extensions.extendedKeyUsage = ['codeSigning'];
  },
  'leaf for any usage': (plan) => {
    last(plan).extensions.extendedKeyUsage = ['anyExtendedKeyUsage'];
  },
  'authority for another usage': (plan, random) => {
    anyAuthority(plan, random).extensions.extendedKeyUsage = ['codeSigning'];
  },
  'authority for the usage': (plan, random) => {
    anyAuthority(plan, random).extensions.extendedKeyUsage = [plan.question.usage];
  },
  'authority for any usage': (plan, random) => {
    anyAuthority(plan, random).extensions.extendedKeyUsage = ['anyExtendedKeyUsage'];
  },
  'critical unknown extension': (plan, random) => {
    anyCertificate(plan, random).extensions.other = [unknownExtension(true)];
  },
  'unknown extension': (plan, random) => {
    anyCertificate(plan, random).extensions.other = [unknownExtension(false)];
  },
  'extension twice': (plan, random) => {
    anyCertificate(plan, random).extensions.other = [unknownExtension(false), unknownExtension(false)];
  },
  'version 1 authority': (plan, random) => {
    const authority = anyAuthority(plan, random);
    authority.version = 1;
    authority.bare = true;
  },
  'version 1 with extensions': (plan, random) => {
    anyCertificate(plan, random).version = 1;
  },
  'permitted dns': (plan, random) => constrain(plan, random, { permitted: [{ dns: 'example.test' }] }),
  'permitted other dns': (plan, random) => constrain(plan, random, { permitted: [{ dns: 'example.org' }] }),
  'excluded dns': (plan, random) => constrain(plan, random, { excluded: [{ dns: 'www.example.test' }] }),
  'excluded other dns': (plan, random) => constrain(plan, random, { excluded: [{ dns: 'ww.example.test' }] }),
  'permitted mailbox host': (plan, random) => constrain(plan, random, { permitted: [{ email: 'example.test' }] }),
  'excluded mailbox domain': (plan, random) => constrain(plan, random, { excluded: [{ email: '.example.test' }] }),
  'permitted network': (plan, random) => constrain(plan, random, { permitted: [{ ip: '192.0.2.0/24' }] }),
  'excluded network': (plan, random) => constrain(plan, random, { excluded: [{ ip: '192.0.2.0/28' }] }),
  'permitted other network': (plan, random) => constrain(plan, random, { permitted: [{ ip: '198.51.100.0/24' }] }),
  'permitted directory': (plan, random) => constrain(plan, random, { permitted: [{ directory: 'O=Differential' }] }),
  'excluded directory': (plan, random) =>
    constrain(plan, random, { excluded: [{ directory: 'O=Differential, CN=Leaf' }] }),
  'uri under constraint': (plan, random) => {
    last(plan).extensions.subjectAltName?.push({ uri: 'https://host.example.org/path' });
    constrain(plan, random, { permitted: [{ uri: '.example.test' }] });
  },
  'other name asked': (plan) => {
    plan.question.dnsName = 'mail.example.test';
  },
  'wildcard name': (plan) => {
    plan.question.dnsName = 'mail.example.test';
    last(plan).extensions.subjectAltName = [{ dns: '*.example.test' }];
  },
  'wildcard over two labels': (plan) => {
    plan.question.dnsName = 'a.mail.example.test';
    last(plan).extensions.subjectAltName = [{ dns: '*.example.test' }];
  },
  'partial wildcard': (plan) => {
    plan.question.dnsName = 'mail.example.test';
    last(plan).extensions.subjectAltName = [{ dns: 'm*.example.test' }];
  },
  'common name only': (plan) => {
    plan.question.dnsName = 'mail.example.test';
    last(plan).subject = 'O=Differential, CN=mail.example.test';
    without(last(plan), 'subjectAltName');
  },
  'policies throughout': (plan) => {
    for (const certificate of plan.certificates.slice(1)) certificate.extensions.certificatePolicies = [policy];
    plan.question.policies = [policy];
    plan.question.explicitPolicy = true;
  },
  'policy asked, none there': (plan) => {
    plan.question.policies = [policy];
    plan.question.explicitPolicy = true;
  },
  'explicit policy required': (plan, random) => {
    anyAuthority(plan, random).extensions.policyConstraints = { requireExplicitPolicy: random.below(3) };
  },
  'any policy inhibited': (plan, random) => {
    for (const certificate of plan.certificates.slice(1)) certificate.extensions.certificatePolicies = ['2.5.29.32.0'];
    anyAuthority(plan, random).extensions.inhibitAnyPolicy = random.below(3);
    plan.question.explicitPolicy = random.chance(50);
  },
  'sha-1 signature': (plan, random) => {
    const index = 1 + issuerIndex(plan, random);
    if (/^(rsa|ec)/.test(at(plan, index - 1).algorithm)) at(plan, index).signature = { hash: 'sha1' };
  },
  'pss signature': (plan, random) => {
    const index = 1 + issuerIndex(plan, random);
    at(plan, index - 1).algorithm = 'rsa-2048';
    at(plan, index).signature = { pss: true, hash: random.pick(['sha256', 'sha384'] as const) };
  },
  'small key': (plan, random) => {
    anyCertificate(plan, random).algorithm = 'rsa-1024';
  },
  'negative serial number': (plan) => {
    last(plan).serialNumber = -5;
  },
  'leaf revoked': (plan) => revoke(plan, plan.certificates.length - 1, -5),
  'leaf on hold': (plan) => revoke(plan, plan.certificates.length - 1, -5, 'certificateHold'),
  'authority revoked': (plan) => {
    if (plan.certificates.length > 2) revoke(plan, plan.certificates.length - 2, -5);
  },
  'other serial number revoked': (plan) => {
    plan.question.revocation = 'require';
    for (const crl of plan.crls) crl.revoked.push({ certificate: -1, revocationDate: days(-5) });
  },
  'crl withheld': (plan, random) => {
    crlOf(plan, random).withheld = true;
  },
  'crl stale': (plan, random) => {
    Object.assign(crlOf(plan, random), { thisUpdate: days(-20), nextUpdate: days(-2) });
  },
  'crl of the future': (plan, random) => {
    Object.assign(crlOf(plan, random), { thisUpdate: days(2), nextUpdate: days(12) });
  },
  'crl altered': (plan, random) => {
    crlOf(plan, random).tampered = true;
  },
  'crl by a foreign key': (plan, random) => {
    crlOf(plan, random).foreignKey = true;
  },
  'no cRLSign': (plan, random) => {
    plan.question.revocation = 'require';
    anyAuthority(plan, random).extensions.keyUsage = ['keyCertSign'];
  },
  'crl with critical unknown extension': (plan, random) => {
    crlOf(plan, random).other = [unknownExtension(true)];
  },
  'crl with unknown extension': (plan, random) => {
    crlOf(plan, random).other = [unknownExtension(false)];
  },
  'crl without number': (plan, random) => {
    crlOf(plan, random).crlNumber = false;
  },
  'crl for users only': (plan, random) => {
    crlOf(plan, random).issuingDistributionPoint = { onlyContainsUserCerts: true };
  },
  'crl for authorities only': (plan, random) => {
    crlOf(plan, random).issuingDistributionPoint = { onlyContainsCACerts: true };
  },
  'crl for attribute certificates only': (plan, random) => {
    crlOf(plan, random).issuingDistributionPoint = { onlyContainsAttributeCerts: true };
  },
  'crl for some reasons': (plan, random) => {
    crlOf(plan, random).issuingDistributionPoint = { onlySomeReasons: ['keyCompromise'] };
  },
  'crl of another distribution point': (plan, random) => {
    crlOf(plan, random).issuingDistributionPoint = { fullName: [{ uri: 'http://crl.example.test/other.crl' }] };
  },
  'crl version 1': (plan, random) => {
    crlOf(plan, random).version = 1;
  },
};

function constrain(plan: Plan, random: Random, constraints: NonNullable<ExtensionsInput['nameConstraints']>): void {
  anyAuthority(plan, random).extensions.nameConstraints = constraints;
}

function revoke(plan: Plan, certificate: number, day: number, reason?: 'certificateHold'): void {
  plan.question.revocation = 'require';
  const revocationDate = days(day);
  plan.crls
    .find((crl) => crl.issuer === certificate - 1)
    ?.revoked.push({ certificate, revocationDate, ...(reason === undefined ? {} : { reason }) });
}
