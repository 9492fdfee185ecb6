/**
 * NIST PKITS with its CRLs as the service gets them: served by a distribution point over HTTP, fetched by the job, taken or refused
 * by the five rules, read from the store. All 247 answers must be what NIST expects. What is refused there (issuers that nobody
 * is called by, signatures that fit nobody's key, unknown critical extensions) proves nothing in the suite either: NIST expects
 * "invalid" where a CRL is not usable, and a CRL that is not there gives the same.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/crypto/digest.js';
import { equalOctets } from '../../src/der/octets.js';
import { nameKey } from '../../src/names/distinguished-name.js';
import { createGuard } from '../../src/net/guard.js';
import { importAuthorities } from '../../src/refresh/bring.js';
import { createEvidenceReader } from '../../src/refresh/evidence.js';
import { refreshOnce } from '../../src/refresh/job.js';
import { serveDistributionPoint } from '../../src/stand-in/index.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { loadCatalogue } from '../../src/trust/catalogue.js';
import { verifyCertificate } from '../../src/verify/certificate.js';
import { createTrust } from '../../src/verify/snapshot.js';
import { type Certificate, parseCertificate } from '../../src/x509/certificate.js';
import { parseCrl } from '../../src/x509/crl.js';
import { pkits } from '../conformance/suites/pkits.js';
import { haveVectors, readVector, readVectorJson, vectorsAbsent } from '../support/vectors.js';

interface Manifest {
  trustAnchor: string;
  certs: string[];
  extraCerts: string[];
  crls: string[];
}

const now = new Date('2026-06-01T00:00:00Z');

/** Every certificate of the suite that may sign CRLs, as authorities of one catalogue with the URLs of their CRLs. */
function setting(base: string) {
  const manifest = readVectorJson<Manifest[]>('pkits/manifest.json');
  const names = (pick: (test: Manifest) => string[]) => [...new Set(manifest.flatMap(pick))];
  const anchors = new Set(names(({ trustAnchor }) => [trustAnchor]));
  const crls = names((test) => test.crls).map((name) => ({ name, der: readVector(`pkits/crls/${name}`) }));
  const lists = crls.flatMap(({ name, der }) => {
    const list = parseCrl(der);
    return list.ok ? [{ name, list: list.value }] : [];
  });
  // Two have an issuer that nobody is called by; they lie at the CA whose key they name.
  const crlsOf = ({ subject, subjectKeyIdentifier: key }: Certificate): string[] =>
    lists
      .filter(({ list: { issuer, authorityKeyIdentifier } }) => {
        const named = authorityKeyIdentifier?.keyIdentifier;
        const byKey = key !== undefined && named !== undefined && equalOctets(key, named);
        return byKey || nameKey(issuer) === nameKey(subject);
      })
      .map(({ name }) => name);
  const certificates = names(({ trustAnchor, certs, extraCerts }) => [trustAnchor, ...certs, ...extraCerts]).flatMap(
    (name) => {
      const der = readVector(`pkits/certs/${name}`);
      const parsed = parseCertificate(der);
      const own = parsed.ok ? crlsOf(parsed.value) : [];
      return own.length === 0 ? [] : [{ name, der, own }];
    },
  );
  const authorities = certificates.map(({ name, der, own }, index) => ({
    id: `pkits-${index}`,
    name,
    role: anchors.has(name) ? 'root' : 'issuing',
    fingerprints: { sha256: sha256Hex(der) },
    crlUrls: own.map((crl) => `${base}/${crl}`),
  }));
  return { crls, certificates, catalogue: loadCatalogue({ schema: 1, id: 'pkits', name: 'PKITS', authorities }) };
}

if (!haveVectors) it.skip(`PKITS over HTTP: ${vectorsAbsent}`, () => {});
else
  describe('PKITS, its CRLs fetched from a distribution point', () => {
    it('gives the 247 answers that NIST expects', { timeout: 300_000 }, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'unify-pki-pkits-'));
      const point = await serveDistributionPoint();
      const store = await openSqliteStore({ folder });
      try {
        const { crls, certificates, catalogue } = setting(point.url);
        for (const { name, der } of crls) point.publish(`/${name}`, der, now);
        const guard = createGuard({ allow: [{ cidr: '127.0.0.1/32', ports: [Number(new URL(point.url).port)] }] });
        const deps = { store, guard, catalogues: [catalogue], now: () => now.getTime() };
        for (const { der } of certificates) await importAuthorities(deps, der, 'imported');
        const { fetches } = await refreshOnce(deps);
        const asked = crls.reduce((sum, { name }) => sum + point.requests(`/${name}`).total, 0);
        expect(asked).toBe(new Set(fetches.map(({ url }) => url)).size);
        const refused = fetches.filter(({ result }) => result === 'refused');
        expect(refused.map(({ url, reason }) => `${url.split('/').at(-1)} ${reason}`).sort()).toEqual([
          'BadCRLIssuerNameCACRL.crl crl_issuer_unknown',
          'BadCRLSignatureCACRL.crl crl_signature_invalid',
          'TwoCRLsCABadCRL.crl crl_issuer_unknown',
          'UnknownCRLExtensionCACRL.crl crl_extension_unknown',
          'keyUsageCriticalcRLSignFalseCACRL.crl crl_signer_not_allowed',
          'keyUsageNotCriticalcRLSignFalseCACRL.crl crl_signer_not_allowed',
        ]);
        const unasked = crls.filter(({ name }) => point.requests(`/${name}`).total === 0);
        // Its certificate ended in 2011; 90 days later it is retired, and NIST's case about it ends at that certificate too.
        expect(unasked.map(({ name }) => name)).toEqual(['BadnotAfterDateCACRL.crl']);
        expect(fetches).toHaveLength(172);
        const { crls: held } = await createEvidenceReader(store)();
        const answers = pkits().map(({ id, expected, question, trustInput, time }) => {
          if (question.kind !== 'certificate') throw new Error(`PKITS ${id} asks about something else`);
          const { crls: _, ...request } = question.request;
          const trust = createTrust({ ...trustInput, crls: held });
          const { status, findings } = verifyCertificate(request, trust, time);
          return { id, expected, answer: status === 'valid' ? 'valid' : 'invalid', head: findings[0]?.code };
        });
        expect(answers).toHaveLength(247);
        expect(answers.filter(({ expected, answer }) => expected !== answer)).toEqual([]);
      } finally {
        await store.close();
        await point.close();
        await rm(folder, { recursive: true, force: true });
      }
    });
  });
