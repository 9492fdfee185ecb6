/**
 * What is mutated: certificates with the question under which each is good or bad, and CRLs with a certificate that they speak
 * for. The stand-in's own always; where the public vectors are present those of PKITS, limbo and Go too.
 */
import { type CertificateRequest, createTrust, type Trust, type ValidationTime } from '../../src/index.js';
import { issueCertificate, issueCrl, issuePerson, issueServer, sharedKeys } from '../../src/stand-in/index.js';
import { goTlsChains } from '../conformance/suites/go-tls-chains.js';
import { limbo } from '../conformance/suites/limbo.js';
import { pkits } from '../conformance/suites/pkits.js';
import { haveVectors } from '../support/vectors.js';

export interface Subject {
  what: string;
  /** The request with the certificate unmutated. */
  request: CertificateRequest;
  trust: Trust;
  time: ValidationTime;
  /** Without any of these no path can be found, or no status: a mutated one in its place must not do. */
  needed: { intermediate?: Uint8Array; crl?: Uint8Array };
}

const now = new Date('2026-06-01T12:00:00Z');
const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };

/** Chains of three with a CRL from each authority, in several algorithms and with many extensions. */
function standInSubjects(): Subject[] {
  return (['ec-p256', 'rsa-2048', 'ed25519', 'ec-p384'] as const).flatMap((algorithm, index) => {
    const long = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2035-01-01T00:00:00Z') };
    const root = issueCertificate({
      subject: `C=DE,O=Fuzz,CN=Root ${algorithm}`,
      keys: sharedKeys(algorithm, `fuzz root`),
      ...long,
      extensions: { basicConstraints: { ca: true }, keyUsage: ['keyCertSign', 'cRLSign'] },
    });
    const authority = issueCertificate({
      subject: `C=DE,O=Fuzz,CN=Authority ${algorithm}`,
      issuer: root,
      keys: sharedKeys(algorithm, `fuzz authority`),
      ...long,
      extensions: {
        basicConstraints: { ca: true, pathLength: 0 },
        keyUsage: ['keyCertSign', 'cRLSign'],
        certificatePolicies: [{ oid: '1.3.6.1.4.1.99999.1', cps: 'http://127.0.0.1/cps' }],
        policyMappings: [['1.3.6.1.4.1.99999.1', '1.3.6.1.4.1.99999.2']],
        policyConstraints: { requireExplicitPolicy: 3 },
        nameConstraints: {
          permitted: [{ dns: 'example' }, { email: '.example' }, { ip: '192.0.2.0/24' }],
          excluded: [{ dns: 'bad.example' }, { uri: '.bad.example' }],
        },
        crlDistributionPoints: ['http://127.0.0.1/root.crl'],
        authorityInfoAccess: { ocsp: ['http://127.0.0.1/ocsp'], caIssuers: ['http://127.0.0.1/root.cer'] },
      },
    });
    const extensions = {
      certificatePolicies: ['1.3.6.1.4.1.99999.2'],
      crlDistributionPoints: ['http://127.0.0.1/authority.crl'],
    };
    const server = issueServer({
      issuer: authority,
      hosts: ['www.example', '*.hosts.example'],
      addresses: ['192.0.2.10'],
      keys: sharedKeys('ec-p256', 'fuzz leaf'),
      ...validity,
      extensions,
    });
    const person = issuePerson({
      issuer: authority,
      mailbox: 'anna@mail.example',
      keys: sharedKeys('ec-p256', 'fuzz leaf'),
      ...validity,
      extensions,
    });
    const crlOf = (issuer: typeof root, entries: number) =>
      issueCrl({
        issuer,
        thisUpdate: new Date('2026-05-30T00:00:00Z'),
        nextUpdate: new Date('2026-06-09T00:00:00Z'),
        crlNumber: 7,
        entries: Array.from({ length: entries }, (_, at) => ({
          serialNumber: 1000 + at,
          revocationDate: new Date('2026-03-01T00:00:00Z'),
          ...(at % 2 === 0 ? { reason: 'keyCompromise', invalidityDate: new Date('2026-02-01T00:00:00Z') } : {}),
        })),
        ...(index % 2 === 0 ? {} : { issuingDistributionPoint: { indirectCRL: true } }),
      });
    const rootCrl = crlOf(root, 1);
    const crl = crlOf(authority, 20);
    const trust = createTrust({ anchors: [root.certificate], crls: [rootCrl] });
    return [server, person].map(({ certificate }) => ({
      what: `a leaf under ${algorithm}`,
      request: { certificate, intermediates: [authority.certificate], crls: [crl] },
      trust,
      time: { now },
      needed: { intermediate: authority.certificate, crl },
    }));
  });
}

/** The public chains: every one that a suite calls valid, and some that it calls invalid. */
function publicSubjects(): Subject[] {
  const cases = [...pkits(), ...limbo('2026-06-01T00:00:00Z'), ...goTlsChains()];
  const trusts = new Map<string, Trust>();
  return cases.flatMap(({ suite, id, trustInput, time, question, outOfScope }) => {
    // What is made to be slow is the conformance suite's and the bench's.
    if (question.kind !== 'certificate' || outOfScope !== undefined || id.includes('pathological')) return [];
    const key = Buffer.concat((trustInput.anchors ?? []).map((der) => Buffer.from(der))).toString('base64');
    const trust = trusts.get(key) ?? createTrust(trustInput);
    trusts.set(key, trust);
    return [{ what: `${suite} ${id}`, request: question.request, trust, time, needed: {} }];
  });
}

export const ownSubjects: readonly Subject[] = standInSubjects();

export const subjects: readonly Subject[] = haveVectors ? [...ownSubjects, ...publicSubjects()] : ownSubjects;
