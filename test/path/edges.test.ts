/** Edges: what is remembered and what is paid for, and DSA keys that inherit their parameters (RFC 5280 §6.1.2 (i)). */
import { describe, expect, it } from 'vitest';
import { createBudget } from '../../src/path/budget.js';
import type { PathContext } from '../../src/path/context.js';
import { checkEdge } from '../../src/path/edges.js';
import { asn1, type Issued, issueCertificate, sharedKeys, withoutParameters } from '../../src/stand-in/index.js';
import { TrustStore } from '../../src/trust/trust-store.js';
import { contextOf, snapshotOf } from '../revocation/support.js';

const store = new TrustStore([]);

function read({ certificate }: Issued) {
  const result = store.read(certificate);
  if (!result.ok) throw new Error(`expected ${result.expected}, found ${result.found}`);
  return result.value;
}

/** As it is known from the second time on. */
function know(issued: Issued) {
  read(issued);
  return read(issued);
}

const validity = { notBefore: new Date('2020-01-01'), notAfter: new Date('2030-01-01') };
const authority = (slot: string | number) =>
  issueCertificate({
    ...validity,
    subject: 'CN=Authority',
    keys: sharedKeys('ec-p256', `edge ${slot}`),
    extensions: { basicConstraints: { ca: true } },
  });
const childOf = (issuer: Issued) =>
  know(issueCertificate({ ...validity, subject: 'CN=child', issuer, keys: sharedKeys('ec-p256', 'edge child') }));

const snapshot = contextOf(snapshotOf({ anchors: [], crls: [] }), { at: Date.UTC(2026, 0, 1) });
/** A new request to the same snapshot. */
const request = (signatureChecks = 100): PathContext => ({
  ...snapshot,
  edges: new Map(),
  budget: createBudget({ signatureChecks }),
});

describe('what is remembered', () => {
  const made = authority('right');
  const right = know(made);
  const wrong = know(authority('wrong'));

  it('a request pays for each pair once', () => {
    const child = childOf(made);
    const context = request();
    expect(checkEdge(child, right, context)).toMatchObject({ status: 'good', key: { type: 'ec' } });
    expect(checkEdge(child, wrong, context)).toMatchObject({ status: 'bad', key: { type: 'ec' } });
    for (const [issuer, status] of [[right, 'good'] as const, [wrong, 'bad'] as const]) {
      const again = checkEdge(child, issuer, context);
      expect(again.status).toBe(status);
      expect(checkEdge(child, issuer, context)).toBe(again);
    }
    expect(context.budget.signatureChecks.spent).toBe(2);
  });

  it('of a certificate that is read once, the key is kept with octets of its own', () => {
    const child = childOf(made);
    const brought = read(authority('brought'));
    expect([child.kept, brought.kept, right.kept]).toEqual([true, false, true]);
    for (const issuer of [brought, right]) {
      checkEdge(child, issuer, request());
      const [edge] = child.edges;
      expect(edge?.publicKey).toEqual(issuer.certificate.publicKey.der);
      expect(edge?.publicKey.buffer === issuer.certificate.publicKey.der.buffer).toBe(issuer.kept);
    }
  });

  it('the snapshot computes it once, and each request pays', () => {
    const child = childOf(made);
    const first = [right, wrong].map((issuer) => checkEdge(child, issuer, request()));
    const context = request();
    for (const [index, issuer] of [right, wrong].entries())
      expect(checkEdge(child, issuer, context)).toBe(first[index]);
    expect(context.budget.signatureChecks.spent).toBe(2);
  });

  it('eight issuers of one child are kept, the latest', () => {
    const child = childOf(made);
    const issuers = Array.from({ length: 10 }, (_, slot) => know(authority(slot)));
    const first = issuers.map((issuer) => checkEdge(child, issuer, request()));
    const latestFirst = [...issuers.entries()].reverse();
    const kept = latestFirst.filter(([slot, issuer]) => checkEdge(child, issuer, request()) === first[slot]);
    expect(kept.map(([slot]) => slot)).toEqual([9, 8, 7, 6, 5, 4, 3, 2]);
  });

  it('without budget nothing is computed, whatever the snapshot knows', () => {
    const child = childOf(made);
    checkEdge(child, right, request());
    expect(checkEdge(child, right, request(0))).toMatchObject({
      status: 'unknown',
      key: { type: 'ec' },
      finding: { code: 'budget_exceeded', params: { budget: 'signature checks', limit: 0 } },
    });
  });
});

it('a signature that cannot be computed is neither good nor bad', () => {
  const unknown = asn1.sequence(asn1.oid('1.2.3.4'));
  const child = issueCertificate({
    ...validity,
    subject: 'CN=child',
    issuer: authority('right'),
    innerAlgorithm: unknown,
    outerAlgorithm: unknown,
  });
  expect(checkEdge(know(child), know(authority('right')), request())).toMatchObject({
    status: 'unknown',
    key: { type: 'ec' },
    finding: { code: 'algorithm_unknown' },
  });
});

describe('DSA parameters from above', () => {
  const keys = sharedKeys('dsa-1024', 'edge');
  const made = issueCertificate({
    ...validity,
    subject: 'CN=DSA',
    keys,
    signature: { hash: 'sha1' },
    publicKeyInfo: withoutParameters(keys),
    extensions: { basicConstraints: { ca: true } },
  });
  const parametersOf = (slot: string) => {
    const full = know(
      issueCertificate({
        ...validity,
        subject: 'CN=full',
        keys: sharedKeys('dsa-1024', slot),
        signature: { hash: 'sha1' },
      }),
    );
    if (!full.describedKey.ok || full.describedKey.value.dsaParameters === undefined) throw new Error('no DSA key');
    return full.describedKey.value.dsaParameters;
  };
  const right = parametersOf('edge');
  const wrong = parametersOf('edge other');
  const issuer = know(made);
  const child = know(
    issueCertificate({
      ...validity,
      subject: 'CN=child',
      issuer: made,
      signature: { hash: 'sha1' },
      keys: sharedKeys('ec-p256', 'edge child'),
    }),
  );

  it('are needed, are told to the next, and other ones make another key', () => {
    for (const context of [request(), request()]) {
      for (const round of [1, 2]) {
        expect(checkEdge(child, issuer, context, wrong), `${round}`).toMatchObject({ status: 'bad' });
        expect(checkEdge(child, issuer, context)).toMatchObject({
          status: 'unknown',
          finding: { code: 'public_key_malformed' },
        });
        const good = checkEdge(child, issuer, context, right);
        expect(good).toMatchObject({ status: 'good', key: { dsaParameters: right } });
        expect(checkEdge(child, issuer, context, right.slice())).toBe(good);
      }
      expect(context.budget.signatureChecks.spent).toBe(2);
    }
  });

  it('mean nothing to keys of other kinds', () => {
    const context = request();
    const other = authority('right');
    const below = childOf(other);
    const edge = checkEdge(below, know(other), context, right);
    expect(edge).toMatchObject({ status: 'good', key: { dsaParameters: undefined } });
    expect(checkEdge(below, know(other), context)).toBe(edge);
  });
});
