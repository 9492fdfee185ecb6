/**
 * Ten years of a PKI as data, for the table of time: seven authorities under one root, ten certificates, a CRL from each authority on the
 * first of every month (the root: every half year) from 2014 on. Everything is asked about from one clock, `now`.
 */
import { createTrust, type IndexedCrl, indexCrl, type Trust } from '../../src/index.js';
import {
  addMonths,
  type CertificateInput,
  type CrlEntryInput,
  type Issued,
  issueCertificate,
  issueCrl,
  sharedKeys,
} from '../../src/stand-in/index.js';

/** A day in UTC, or a moment. */
export const day = (text: string): Date => new Date(text.length === 10 ? `${text}T00:00:00Z` : text);

export const now = day('2026-06-30T12:00:00Z');

interface Life {
  from: string;
  to: string;
}

const authorityExtensions = {
  basicConstraints: { ca: true },
  keyUsage: ['keyCertSign', 'cRLSign'],
} as const satisfies CertificateInput['extensions'];

function authority(commonName: string, slot: string, { from, to }: Life, issuer?: Issued): Issued {
  return issueCertificate({
    subject: `C=DE,O=Time,CN=${commonName}`,
    keys: sharedKeys('ec-p256', `time ${slot}`),
    notBefore: day(from),
    notAfter: day(to),
    ...(issuer === undefined ? {} : { issuer }),
    extensions: { ...authorityExtensions, keyUsage: [...authorityExtensions.keyUsage] },
  });
}

function leaf(commonName: string, { from, to }: Life, issuer: Issued): Issued {
  return issueCertificate({
    subject: `CN=${commonName}.example`,
    issuer,
    keys: sharedKeys('ec-p256', 'time leaf'),
    notBefore: day(from),
    notAfter: day(to),
    extensions: {
      basicConstraints: {},
      keyUsage: ['digitalSignature'],
      subjectAltName: [{ dns: `${commonName}.example` }],
    },
  });
}

export const root = authority('Root', 'root', { from: '2010-01-01', to: '2040-01-01' });
const steady = authority('Steady', 'steady', { from: '2014-01-01', to: '2030-01-01' }, root);
const young = authority('Young', 'young', { from: '2018-12-15', to: '2030-01-01' }, root);
const expired = authority('Expired', 'expired', { from: '2014-01-01', to: '2020-01-01' }, root);
const retired = authority('Retired', 'retired', { from: '2014-01-01', to: '2018-01-01' }, root);
const stolen = authority('Stolen', 'stolen', { from: '2016-01-01', to: '2028-01-01' }, root);
/** One authority with two keys: the second certificate takes over on the first of January 2019. */
const rolledOld = authority('Rolled', 'rolled 1', { from: '2014-01-01', to: '2030-01-01' }, root);
const rolledNew = authority('Rolled', 'rolled 2', { from: '2019-01-01', to: '2030-01-01' }, root);

export const certificates = {
  first: leaf('first', { from: '2017-01-01', to: '2019-01-01' }, steady),
  renewal: leaf('renewal', { from: '2018-12-01', to: '2021-01-01' }, young),
  revoked: leaf('revoked', { from: '2018-01-01', to: '2024-01-01' }, steady),
  compromised: leaf('compromised', { from: '2020-01-01', to: '2025-01-01' }, steady),
  released: leaf('released', { from: '2019-01-01', to: '2027-01-01' }, steady),
  suspended: leaf('suspended', { from: '2020-01-01', to: '2025-01-01' }, steady),
  'of-expired': leaf('of-expired', { from: '2018-01-01', to: '2022-01-01' }, expired),
  'of-retired': leaf('of-retired', { from: '2016-01-01', to: '2017-12-01' }, retired),
  'of-stolen': leaf('of-stolen', { from: '2021-01-01', to: '2025-01-01' }, stolen),
  'of-rolled': leaf('of-rolled', { from: '2018-01-01', to: '2022-01-01' }, rolledOld),
} as const;

export type CertificateName = keyof typeof certificates;

interface Listing extends Omit<CrlEntryInput, 'serialNumber' | 'revocationDate'> {
  of: Issued;
  date: string;
  /** The first CRL without it; default: the first after it expired, as issuers do it. */
  until?: string;
}

const listings: { by: Issued; entries: Listing[] }[] = [
  { by: root, entries: [{ of: stolen, date: '2022-09-15', reason: 'cACompromise' }] },
  {
    by: steady,
    entries: [
      { of: certificates.revoked, date: '2020-03-10T09:00:00Z', reason: 'superseded' },
      {
        of: certificates.compromised,
        date: '2021-06-15',
        reason: 'keyCompromise',
        invalidityDate: day('2021-06-01'),
      },
      { of: certificates.released, date: '2020-02-10', reason: 'certificateHold', until: '2020-05-01' },
      { of: certificates.suspended, date: '2022-05-10', reason: 'certificateHold', until: '2022-07-01' },
      { of: certificates.suspended, date: '2022-06-20', reason: 'cessationOfOperation' },
    ],
  },
];

function crlAt(issuer: Issued, thisUpdate: Date, months: number): IndexedCrl {
  const listed = listings.find(({ by }) => by === issuer)?.entries ?? [];
  const entries = listed
    .filter(
      ({ of, date, until }) => day(date) <= thisUpdate && thisUpdate < (until === undefined ? of.notAfter : day(until)),
    )
    .map(({ of, date, until: _, ...rest }) => ({ ...rest, serialNumber: of.serialNumber, revocationDate: day(date) }));
  const nextUpdate = new Date(addMonths(thisUpdate, months).getTime() + 5 * 86_400_000);
  const crlNumber = Math.floor(thisUpdate.getTime() / 1000);
  return indexCrl(issueCrl({ issuer, thisUpdate, nextUpdate, crlNumber, entries }));
}

function crlsOf(issuer: Issued, from: string, to: string, months = 1): IndexedCrl[] {
  const crls: IndexedCrl[] = [];
  for (let at = day(from); at <= day(to); at = addMonths(at, months)) crls.push(crlAt(issuer, at, months));
  return crls;
}

export const crls: readonly IndexedCrl[] = [
  ...crlsOf(root, '2014-01-01', '2026-01-01', 6),
  ...crlsOf(steady, '2016-07-01', '2026-06-01'),
  ...crlsOf(young, '2019-01-01', '2026-06-01'),
  // Its last CRL is dated on its own last second.
  ...crlsOf(expired, '2017-01-01', '2020-01-01'),
  // Of the retired one only the last was ever kept.
  ...crlsOf(retired, '2018-01-01', '2018-01-01'),
  ...crlsOf(stolen, '2020-01-01', '2026-06-01'),
  ...crlsOf(rolledOld, '2017-01-01', '2018-12-01'),
  ...crlsOf(rolledNew, '2019-01-01', '2026-06-01'),
];

export const authorities = [steady, young, expired, retired, stolen, rolledOld, rolledNew].map(
  ({ certificate }) => certificate,
);

export const trust: Trust = createTrust({
  anchors: [root.certificate],
  intermediates: authorities,
  crls: [...crls],
});
