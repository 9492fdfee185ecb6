/** Accept or refuse: the five rules of REVOCATION.md, on CRLs made by the stand-in. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeCrl } from '../../src/refresh/accept.js';
import { harvest, importAuthorities, importCrl } from '../../src/refresh/bring.js';
import { createEvidenceReader } from '../../src/refresh/evidence.js';
import { refreshOnce } from '../../src/refresh/job.js';
import { asn1, type CrlInput, issueCertificate, issueServer, pem } from '../../src/stand-in/index.js';
import { createWorld, day, hour, minute, start, type World } from './world.js';

let w: World;
beforeEach(async () => {
  w = await createWorld();
});
afterEach(() => w.close());

const userCrl = (overrides: Partial<CrlInput> = {}, at = w.now): Uint8Array =>
  w.pki.issueCrl(w.pki.user, new Date(at), overrides);
const bring = async (der: Uint8Array) => (await importCrl(w.deps, der, 'imported'))[0];
/** Lets the distribution point give this CRL next, and fetches it. */
async function fetchNext(der: Uint8Array) {
  w.now += 2 * hour;
  w.point.publish(w.pki.user.crlPath, der, new Date(w.now));
  const { fetches } = await refreshOnce(w.deps, { force: true });
  return fetches.find(({ authority }) => authority === w.pki.user.id);
}
const dates = () => ({ notBefore: new Date(start - 30 * day), notAfter: new Date(start + 365 * day) });

describe('rule 1: readable, and signed by someone who may', () => {
  it('takes a CRL of an authority, as DER and as PEM, with everything it says', async () => {
    const der = userCrl({
      crlNumber: 2n ** 80n,
      entries: [{ serialNumber: 5, revocationDate: new Date(start - day) }],
    });
    const [answer, second] = await importCrl(w.deps, Buffer.from(`\uFEFFhello\r\n${pem(der, 'X509 CRL')}`), 'posted');
    expect(second).toBeUndefined();
    expect(answer).toMatchObject({ ok: true, change: 'added' });
    const [record] = await w.store.crls();
    expect(record).toMatchObject({
      issuer: 'CN=Stand-in User CA (not Unify),O=Stand-in PKI,C=DE',
      catalogue: 'stand-in',
      authority: 'stand-in-user',
      scope: '',
      kind: 'base',
      number: (2n ** 80n).toString(),
      thisUpdate: start,
      nextUpdate: start + 10 * day,
      entries: 1,
      state: 'accepted',
      current: true,
      revocationOnly: false,
      provenance: 'posted',
      notes: [],
    });
    expect(await w.store.crlBytes(record?.sha256 ?? '')).toEqual(new Uint8Array(der));
    expect(await bring(der)).toMatchObject({ ok: true, change: 'unchanged' });
  });

  it.each([
    ['rubbish', () => new Uint8Array([1, 2, 3]), 'crl_malformed'],
    ['nothing', () => new Uint8Array(), 'crl_malformed'],
    ['a certificate', () => w.pki.user.certificate, 'crl_malformed'],
    ['octets behind it', () => Buffer.concat([userCrl(), Buffer.from([5, 0])]), 'crl_malformed'],
    ['an altered signature', () => userCrl().with(-1, 0xee).with(-2, 0xee), 'crl_signature_invalid'],
    ['an altered date', () => alter(userCrl()), 'crl_signature_invalid'],
    ['another key', () => userCrl({ issuer: { ...w.pki.user, keys: w.pki.product.keys } }), 'crl_signature_invalid'],
    ['an issuer nobody knows', () => userCrl({ issuerName: 'CN=Nobody' }), 'crl_issuer_unknown'],
    [
      'a critical extension that is not understood',
      () => userCrl({ other: [{ oid: '1.2.3.4', critical: true, value: asn1.nullValue }] }),
      'crl_extension_unknown',
    ],
  ])('refuses %s', async (_, make, code) => {
    expect(await bring(make())).toMatchObject({ ok: false, code });
    expect(await w.store.crls()).toEqual([]);
  });

  it('logs what it refused', async () => {
    await bring(userCrl({ issuerName: 'CN=Nobody' }));
    expect((await w.store.log(0, 99)).at(-1)).toMatchObject({
      kind: 'crl_refused',
      body: expect.stringContaining('crl_issuer_unknown'),
    });
  });

  it('takes a CRL issued after its signer expired as proof of revocation only', async () => {
    const late = w.pki.user.notAfter.getTime() + day;
    w.now = late + day;
    expect(await bring(userCrl({}, late))).toMatchObject({ ok: true, record: { revocationOnly: true } });
  });

  it('takes an unknown critical entry extension as proof of revocation only', async () => {
    const entry = {
      serialNumber: 5,
      revocationDate: new Date(start),
      other: [{ oid: '1.2.3.4', critical: true, value: asn1.nullValue }],
    };
    expect(await bring(userCrl({ entries: [entry] }))).toMatchObject({ ok: true, record: { revocationOnly: true } });
  });

  it('takes the CRL of a delegated signer with a path to the same anchor, and of no other', async () => {
    const signer = (keyUsage: ('cRLSign' | 'digitalSignature')[], issuer = w.pki.user) =>
      issueCertificate({
        subject: 'CN=CRL signer',
        issuer,
        ...dates(),
        extensions: { keyUsage, basicConstraints: {} },
      });
    const good = signer(['cRLSign']);
    const crlOf = (issuer: typeof good) => userCrl({ issuer, issuingDistributionPoint: { indirectCRL: true } });
    expect(await bring(crlOf(good))).toMatchObject({ ok: false, code: 'crl_issuer_unknown' });
    const known = (certificate: Uint8Array) => ({ ...w.deps, signers: [certificate] });
    const answer = async (issuer: typeof good) =>
      (await importCrl(known(issuer.certificate), crlOf(issuer), 'imported'))[0];
    expect(await answer(good)).toMatchObject({ ok: true });
    expect(await answer(signer(['digitalSignature']))).toMatchObject({ ok: false, code: 'crl_signer_not_allowed' });
    const foreign = issueCertificate({
      subject: 'CN=Foreign',
      ...dates(),
      extensions: { basicConstraints: { ca: true } },
    });
    expect(await answer(signer(['cRLSign'], foreign as never))).toMatchObject({
      ok: false,
      code: 'crl_signer_not_allowed',
    });
  });
});

describe('rule 2: dated in the future', () => {
  it('is kept apart with an alarm, never answered with validators, and released when its time has come', async () => {
    w.publishAll();
    await refreshOnce(w.deps);
    const early = userCrl({}, w.now + 5 * hour);
    expect(await fetchNext(early)).toMatchObject({ result: 'quarantined', alarms: ['crl_from_future'] });
    expect(await w.store.crls({ state: 'quarantined' })).toHaveLength(1);
    expect((await w.store.crls({ current: true, authority: w.pki.user.id }))[0]?.thisUpdate).toBe(start);
    w.now = start + 5 * hour + minute;
    await refreshOnce(w.deps);
    expect((await w.store.crls({ current: true, authority: w.pki.user.id }))[0]?.thisUpdate).toBe(start + 5 * hour);
    expect(await w.store.crls({ state: 'quarantined' })).toEqual([]);
  });

  it('within five minutes is a matter of clocks', async () => {
    expect(await bring(userCrl({}, w.now + 4 * minute))).toMatchObject({ ok: true, record: { state: 'accepted' } });
  });
});

describe.each(['lost', 'altered'])('a CRL whose file was %s', (how) => {
  let published: Uint8Array;
  const spoil = async ([record]: { sha256: string }[]): Promise<string> => {
    const sha256 = record?.sha256 ?? '';
    const path = join(w.folder, 'crl', sha256.slice(0, 2), `${sha256}.crl`);
    await (how === 'lost' ? rm(path) : writeFile(path, 'evil'));
    return sha256;
  };
  const spoilCurrent = async () => spoil(await w.store.crls({ current: true, authority: w.pki.user.id }));
  beforeEach(async () => {
    w.publishAll();
    published = w.publish(w.pki.user);
    await refreshOnce(w.deps);
  });

  it('is not left out of the evidence in silence: its revocations would be gone', async () => {
    await spoilCurrent();
    await expect(createEvidenceReader(w.store)()).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('does not keep its successor away', async () => {
    await spoilCurrent();
    expect(await fetchNext(userCrl({}, start + hour))).toMatchObject({ result: 'new' });
  });

  it('is there again when it comes again', async () => {
    const sha256 = await spoilCurrent();
    expect(await bring(published)).toMatchObject({ ok: true, change: 'unchanged' });
    expect(await w.store.crlBytes(sha256)).toEqual(new Uint8Array(published));
  });

  it('while it waited for its time does not stop the run', async () => {
    await bring(userCrl({}, w.now + 5 * hour));
    await spoil(await w.store.crls({ state: 'quarantined' }));
    w.now += 6 * hour;
    expect((await refreshOnce(w.deps, { force: true })).fetches).toHaveLength(4);
  });
});

describe('rule 3: older, or the same number again', () => {
  beforeEach(async () => {
    w.publishAll();
    await refreshOnce(w.deps);
  });
  const current = async () => (await w.store.crls({ current: true, authority: w.pki.user.id }))[0];

  it.each([
    ['an older CRL', () => userCrl({}, start - day)],
    ['a newer CRL with a lower number', () => userCrl({ crlNumber: 7 }, start + hour)],
    ['an older CRL with a higher number', () => userCrl({ crlNumber: 2n ** 64n }, start - day)],
  ])('%s is archived, with an alarm when it was fetched', async (_, make) => {
    expect(await fetchNext(make())).toMatchObject({ result: 'archived', alarms: ['crl_number_regressed'] });
    expect((await current())?.thisUpdate).toBe(start);
    expect(await w.store.crls({ state: 'archived' })).toHaveLength(1);
    expect(w.alarms()).toEqual(['crl_number_regressed']);
  });

  it('a CRL that was current once and comes back is an alarm too', async () => {
    const first = await w.store.crlBytes((await current())?.sha256 ?? '');
    await fetchNext(userCrl({}, start + hour));
    expect(w.alarms()).toEqual([]);
    expect(await fetchNext(first ?? new Uint8Array())).toMatchObject({
      result: 'unchanged',
      alarms: ['crl_number_regressed'],
    });
    expect((await current())?.thisUpdate).toBe(start + hour);
  });

  it('the same number with other octets is equivocation; both are kept', async () => {
    const number = BigInt((await current())?.number ?? 0);
    const entries = [{ serialNumber: 9, revocationDate: new Date(start - day) }];
    expect(await fetchNext(userCrl({ crlNumber: number, entries }, start))).toMatchObject({
      result: 'archived',
      alarms: ['crl_number_reused'],
    });
    const later = userCrl({ crlNumber: number, entries }, start + hour);
    expect(await fetchNext(later)).toMatchObject({ result: 'new', alarms: ['crl_number_reused'] });
    expect((await current())?.notes).toEqual(['crl_number_reused']);
    expect(await w.store.crls({ authority: w.pki.user.id })).toHaveLength(3);
  });

  it('the same octets again are nothing', async () => {
    const bytes = await w.store.crlBytes((await current())?.sha256 ?? '');
    w.events.length = 0;
    w.now += 8 * day;
    expect(await fetchNext(bytes ?? new Uint8Array())).toMatchObject({ result: 'unchanged', alarms: [] });
    expect(w.events.filter(({ type }) => type === 'stored')).toEqual([]);
  });

  it('imports of history never alarm and never become current', async () => {
    for (let i = 1; i <= 3; i++) await bring(userCrl({}, start - i * 10 * day));
    expect(w.alarms()).toEqual([]);
    expect((await current())?.thisUpdate).toBe(start);
    expect(await w.store.crls({ authority: w.pki.user.id })).toHaveLength(4);
  });

  it('deltas and other scopes have lines of their own', async () => {
    await bring(userCrl({ crlNumber: 2n ** 40n, baseCrlNumber: 5 }, start - hour));
    await bring(userCrl({ issuingDistributionPoint: { onlyContainsUserCerts: true } }, start - hour));
    const lines = await w.store.crls({ current: true, authority: w.pki.user.id });
    expect(lines.map(({ kind, scope }) => [kind, scope === ''])).toEqual(
      expect.arrayContaining([
        ['base', true],
        ['delta', true],
        ['base', false],
      ]),
    );
    expect(lines).toHaveLength(3);
    expect(lines.find(({ kind }) => kind === 'delta')?.baseNumber).toBe('5');
  });
});

describe('rule 4: a revocation that vanishes', () => {
  const revoked = (serialNumber: bigint | number, reason?: 'certificateHold') => ({
    serialNumber,
    revocationDate: new Date(start - day),
    ...(reason === undefined ? {} : { reason }),
  });

  it('is an alarm where the certificate is known to live; the old CRL stays evidence', async () => {
    const alive = issueServer({ issuer: w.pki.user, hosts: ['a.example'], ...dates() });
    const dead = issueServer({ issuer: w.pki.user, hosts: ['b.example'], ...dates(), notAfter: new Date(start - 1) });
    await harvest(w.deps, { certificates: [alive.certificate, dead.certificate] });
    const entries = [revoked(alive.serialNumber), revoked(dead.serialNumber), revoked(77)];
    await fetchNext(userCrl({ entries }));
    expect(await fetchNext(userCrl({ entries: [entries[0] as never] }, start + hour))).toMatchObject({
      result: 'new',
      alarms: [],
    });
    const outcome = await fetchNext(userCrl({ entries: [] }, start + 2 * hour));
    expect(outcome).toMatchObject({ result: 'new', alarms: ['crl_entry_vanished'] });
    expect((await w.store.crls({ current: true, authority: w.pki.user.id }))[0]?.notes).toEqual(['crl_entry_vanished']);
    expect(await w.store.crls({ authority: w.pki.user.id, state: 'accepted' })).toHaveLength(3);
  });

  it('is none where it was a hold, or nothing is known of the certificate', async () => {
    const held = issueServer({ issuer: w.pki.user, hosts: ['a.example'], ...dates() });
    await harvest(w.deps, { certificates: [held.certificate] });
    await fetchNext(userCrl({ entries: [revoked(held.serialNumber, 'certificateHold'), revoked(5)] }));
    expect(await fetchNext(userCrl({ entries: [] }, start + hour))).toMatchObject({ alarms: [] });
  });

  it('is one where the authority promises to keep expired certificates listed', async () => {
    const expiredCertsOnCRL = new Date(start - 1000 * day);
    await fetchNext(userCrl({ entries: [revoked(5)], expiredCertsOnCRL }));
    expect(await fetchNext(userCrl({ entries: [], expiredCertsOnCRL }, start + hour))).toMatchObject({
      alarms: ['crl_entry_vanished'],
    });
  });
});

describe('rule 5: published validity', () => {
  it('is a note, never a refusal', async () => {
    const longer = userCrl({ nextUpdate: new Date(start + 12 * day) });
    expect(await bring(longer)).toMatchObject({
      ok: true,
      record: { current: true, notes: ['crl_validity_not_as_published'] },
    });
  });
});

describe('what comes along with requests', () => {
  it('is taken by pin and by signature, and changes the snapshot once', async () => {
    const empty = await createWorld({ install: false });
    try {
      const found = { authorities: [empty.pki.root.certificate, empty.pki.user.certificate, w.pki.root.certificate] };
      const crls = [empty.pki.issueCrl(empty.pki.user, new Date(start))];
      expect(await harvest(empty.deps, { ...found, crls })).toBe(true);
      expect((await empty.store.authorities()).map(({ provenance }) => provenance)).toEqual(['harvested', 'harvested']);
      expect((await empty.store.crls()).map(({ provenance }) => provenance)).toEqual(['harvested']);
      expect(await harvest(empty.deps, { ...found, crls: [...crls, new Uint8Array(4)] })).toBe(false);
      expect((await empty.store.log(0, 99)).filter(({ kind }) => kind === 'crl_refused')).toEqual([]);
    } finally {
      await empty.close();
    }
  });

  it('imports of authorities say which pin they met, or that there is none', async () => {
    const empty = await createWorld({ install: false });
    try {
      const { root } = empty.pki;
      const answers = await importAuthorities(
        empty.deps,
        Buffer.from(pem(root.certificate) + pem(foreignRoot())),
        'imported',
      );
      expect(answers).toMatchObject([
        { ok: true, change: 'added', pinned: { authority: { id: root.id } }, differences: [] },
        { ok: false, code: 'not_pinned' },
      ]);
      expect(await importAuthorities(empty.deps, new Uint8Array(5), 'imported')).toMatchObject([
        { ok: false, code: 'certificate_malformed' },
      ]);
    } finally {
      await empty.close();
    }
  });
});

it('placing is a pure function of what is held and what came', () => {
  const facts = { issuer: 'CN=a', issuerKey: 'k', scope: '', kind: 'base', thisUpdate: start, entries: 0 } as const;
  const input = {
    facts,
    rivals: { sameNumber: [] },
    now: start,
    fetched: true,
    vanished: 0,
    revocationOnly: false,
    deviates: false,
  };
  expect(placeCrl(input)).toEqual({
    placement: { state: 'accepted', current: true, revocationOnly: false, notes: [] },
    alarms: [],
  });
});

function foreignRoot(): Uint8Array {
  return issueCertificate({ subject: 'CN=Foreign', ...dates(), extensions: { basicConstraints: { ca: true } } })
    .certificate;
}

/** Another thisUpdate: the first UTCTime of the CRL, one digit changed. */
function alter(der: Uint8Array): Uint8Array {
  const at = der.findIndex((octet, i) => octet === 0x17 && der[i + 1] === 13);
  return der.with(at + 9, der[at + 9] === 0x31 ? 0x30 : 0x31);
}
