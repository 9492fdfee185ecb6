/**
 * The sample cast of the demo and of many tests: good and bad servers, people and phones, together with the
 * other PKIs that the stories need. Which verdict each deserves is not said here; who uses a sample says it.
 *
 * - `foreign` copies every name of the stand-in with keys of its own.
 * - `former` is an older PKI: its issuing authorities have expired, its root lives (as with Unify since 2023).
 * - `neglected` is good, but its distribution point shows nothing newer than a CRL of two months ago.
 * - `uncatalogued` is a further issuing authority under the root that no catalogue names.
 */
import { type Issued, issueCertificate } from './certificate.js';
import { issuePerson, issuePhone, issueServer } from './end-entities.js';
import type { KeyAlgorithm } from './keys.js';
import { addDays, addYears, createStandIn, type PublishedCrl, type StandIn } from './pki.js';
import { issueTimestampAuthority } from './timestamp.js';

export interface SamplesInput {
  standIn: StandIn;
  now: Date;
  crlBaseUrl: string;
  /** Of the end entities and the other PKIs. Default rsa-2048. */
  algorithm?: KeyAlgorithm;
}

export interface Samples {
  /** uc.stand-in.example, *.phones.stand-in.example, 192.0.2.10, under the Infrastructure CA. */
  server: Issued;
  /** Revoked for keyCompromise 30 days ago. */
  revokedServer: Issued;
  /** Ran for a year until 60 days ago; `goodAt` lies inside. */
  expiredServer: Issued;
  expiredServerGoodAt: Date;
  /** A server's certificate that the User CA issued. */
  serverUnderUserCa: Issued;
  /** As `server`, by the foreign copy. */
  foreignServer: Issued;
  /** Under `uncatalogued`. */
  serverOfMissingIntermediate: Issued;
  uncatalogued: Issued;
  /** Under the neglected PKI's Infrastructure CA. */
  serverWithStaleCrl: Issued;
  phone: Issued;
  /** anna.muster@stand-in.example. */
  person: Issued;
  /** otto.normal@stand-in.example. */
  otherPerson: Issued;
  /** Revoked 30 days ago. */
  revokedPerson: Issued;
  /** As `person`, by the foreign copy. */
  foreignPerson: Issued;
  /** Under the former PKI's User CA; expired, as that authority. */
  archivedPerson: Issued;
  /** A time at which both were good. */
  archivedAt: Date;
  /** Good from before archivedAt to after now, under an anchor of its own. */
  timestampAuthority: Issued;
  timestampRoot: Issued;
  foreign: StandIn;
  former: StandIn;
  neglected: StandIn;
  /** What the distribution points show today. */
  published: PublishedCrl[];
  /** The former PKI's CRLs of two days after archivedAt, which an archive has kept. */
  archivedCrls: PublishedCrl[];
}

export const personMailbox = 'anna.muster@stand-in.example';
export const otherMailbox = 'otto.normal@stand-in.example';
export const serverHost = 'uc.stand-in.example';

/** Issues the whole cast, and enters the revocations into `standIn`. */
export function createSamples({ standIn, now, crlBaseUrl, algorithm = 'rsa-2048' }: SamplesInput): Samples {
  const start = addDays(now, -200);
  const common = { algorithm, notBefore: start, notAfter: addDays(start, 730) };
  const hosts = { hosts: [serverHost, '*.phones.stand-in.example'], addresses: ['192.0.2.10'] };
  const anna = { mailbox: personMailbox, commonName: 'Anna Muster' };
  const { infrastructure, user, product, root } = standIn;

  const foreign = createStandIn({
    now,
    crlBaseUrl,
    algorithm,
    id: standIn.catalogue.id,
    label: standIn.root.commonName.replace(' Root CA (not Unify)', ''),
    keySlot: `foreign copy of ${standIn.catalogue.id}`,
  });
  const formerFrom = addYears(now, -12);
  const former = createStandIn({
    now,
    crlBaseUrl,
    algorithm,
    id: 'stand-in-former',
    label: 'Stand-in former',
    rootFrom: formerFrom,
    issuingFrom: formerFrom,
  });
  const neglected = createStandIn({
    now,
    crlBaseUrl,
    algorithm,
    id: 'stand-in-neglected',
    label: 'Stand-in neglected',
  });

  const uncatalogued = issueCertificate({
    subject: 'C=DE,O=Stand-in PKI,CN=Stand-in Branch CA (not Unify)',
    issuer: root,
    algorithm,
    notBefore: addYears(now, -1),
    notAfter: addYears(now, 4),
    extensions: {
      basicConstraints: { ca: true, pathLength: 0 },
      keyUsage: ['keyCertSign', 'cRLSign'],
      crlDistributionPoints: [root.crlUrl],
    },
  });

  const revokedServer = issueServer({ ...common, issuer: infrastructure, hosts: ['stolen.stand-in.example'] });
  standIn.revoke(revokedServer, { revocationDate: addDays(now, -30), reason: 'keyCompromise' });
  const revokedPerson = issuePerson({ ...common, issuer: user, ...anna });
  standIn.revoke(revokedPerson, { revocationDate: addDays(now, -30), reason: 'affiliationChanged' });

  const stampingTime = { notBefore: addYears(now, -12), notAfter: addYears(now, 3) };
  const timestampRoot = issueCertificate({
    subject: 'C=DE,O=Stand-in PKI,CN=Stand-in Timestamp Root CA (not Unify)',
    ...stampingTime,
    extensions: { basicConstraints: { ca: true }, keyUsage: ['keyCertSign', 'cRLSign'] },
  });
  const timestampAuthority = issueTimestampAuthority({
    ...stampingTime,
    issuer: timestampRoot,
    subject: 'C=DE,O=Stand-in PKI,CN=Stand-in Timestamp Authority (not Unify)',
    algorithm,
  });

  const expiredEnd = addDays(now, -60);
  const archivedAt = addYears(now, -5);
  const today = addDays(now, -1);
  return {
    server: issueServer({ ...common, issuer: infrastructure, ...hosts }),
    revokedServer,
    expiredServer: issueServer({
      ...common,
      issuer: infrastructure,
      hosts: ['former.stand-in.example'],
      notBefore: addDays(expiredEnd, -365),
      notAfter: expiredEnd,
    }),
    expiredServerGoodAt: addDays(expiredEnd, -5),
    serverUnderUserCa: issueServer({ ...common, issuer: user, hosts: [serverHost] }),
    foreignServer: issueServer({ ...common, issuer: foreign.infrastructure, ...hosts }),
    serverOfMissingIntermediate: issueServer({ ...common, issuer: uncatalogued, hosts: ['branch.stand-in.example'] }),
    uncatalogued,
    serverWithStaleCrl: issueServer({ ...common, issuer: neglected.infrastructure, hosts: ['old.stand-in.example'] }),
    phone: issuePhone({ ...common, issuer: product, commonName: 'Stand-in Phone 00-1A-E8-00-00-01' }),
    person: issuePerson({ ...common, issuer: user, ...anna }),
    otherPerson: issuePerson({ ...common, issuer: user, mailbox: otherMailbox, commonName: 'Otto Normal' }),
    revokedPerson,
    foreignPerson: issuePerson({ ...common, issuer: foreign.user, ...anna }),
    archivedPerson: issuePerson({
      issuer: former.user,
      algorithm,
      ...anna,
      notBefore: addYears(archivedAt, -1),
      notAfter: addYears(archivedAt, 2),
    }),
    archivedAt,
    timestampAuthority,
    timestampRoot,
    foreign,
    former,
    neglected,
    published: [
      ...standIn.issueCrls(today),
      ...former.issueCrls(today).slice(0, 1),
      ...neglected.issueCrls(today).slice(0, 1),
      ...neglected.issueCrls(addDays(now, -60)).slice(1),
    ],
    archivedCrls: former.issueCrls(addDays(archivedAt, 2)),
  };
}
