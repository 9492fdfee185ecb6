/** The stand-in PKI with its samples and what a verifier knows of it: shared by the tests of this room. */
import { createTrust, loadCatalogue, type Trust } from '../../src/index.js';
import { addDays, createSampleMessages, createSamples, createStandIn, issueCrl } from '../../src/stand-in/index.js';

export const now = new Date('2026-06-01T12:00:00Z');

const crlBaseUrl = 'http://127.0.0.1:9';
export const standIn = createStandIn({ now, crlBaseUrl, algorithm: 'ec-p256' });
export const samples = createSamples({ standIn, now, crlBaseUrl, algorithm: 'ec-p256' });
export const messages = createSampleMessages(samples, now);

const pkis = [standIn, samples.former, samples.neglected];

export const catalogues = pkis.map(({ catalogue }) => loadCatalogue(catalogue));

export const authorities = pkis.flatMap((pki) => pki.authorities.map(({ certificate }) => certificate));

/** The timestamp authority stands outside of the PKI; its root says that nothing was revoked. */
const timestampCrl = issueCrl({
  issuer: samples.timestampRoot,
  thisUpdate: addDays(now, -1),
  nextUpdate: addDays(now, 9),
});

/** CRLs that were held since the time when the expired server was good: a later one says nothing about it any more. */
const heldSince = standIn.issueCrls(addDays(samples.expiredServerGoodAt, -1));

export const crls = [...samples.published, ...samples.archivedCrls, ...heldSince]
  .map(({ der }) => der)
  .concat(timestampCrl);

/** All authorities installed, all CRLs held. */
export const trust: Trust = createTrust({
  catalogues,
  intermediates: authorities,
  crls,
  timestampAuthorities: [samples.timestampRoot.certificate],
});

export const errorsOf = (findings: readonly { code: string; severity: string }[]): string[] =>
  findings.filter(({ severity }) => severity === 'error').map(({ code }) => code);
