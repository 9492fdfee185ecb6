/** The CRL job against a real distribution point on loopback, under a clock that the test moves. */
import { afterEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/crypto/digest.js';
import { harvest, importAuthorities, importCrl } from '../../src/refresh/bring.js';
import { refreshOnce, startSchedule } from '../../src/refresh/job.js';
import { crlStatus } from '../../src/refresh/status.js';
import { issueCertificate, issueServer } from '../../src/stand-in/index.js';
import { verifyLog } from '../../src/store/verify.js';
import { loadCatalogue } from '../../src/trust/catalogue.js';
import { createWorld, day, hour, minute, start, type World, type WorldInput } from './world.js';

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});
async function world(input: WorldInput = {}): Promise<World> {
  const made = await createWorld(input);
  worlds.push(made);
  return made;
}

describe('one run', () => {
  it('fetches the CRL of every authority and says that all are fresh', async () => {
    const w = await world();
    w.publishAll();
    const report = await refreshOnce(w.deps);
    expect(report).toMatchObject({ ran: true, fresh: true });
    expect(report.fetches.map(({ result }) => result)).toEqual(['new', 'new', 'new', 'new']);
    expect(report.authorities.map(({ state }) => state)).toEqual(['fresh', 'fresh', 'fresh', 'fresh']);
    expect(await w.store.crls({ current: true })).toHaveLength(4);
    expect(w.events.filter(({ type }) => type === 'stored')).toHaveLength(4);
    expect(report.nextDue).toBeGreaterThan(w.now + 5 * hour);
  });

  it('asks nothing before it is due, then conditionally', async () => {
    const w = await world();
    w.publishAll();
    await refreshOnce(w.deps);
    const { fetches, nextDue } = await refreshOnce(w.deps);
    expect(fetches).toEqual([]);
    w.now = nextDue ?? 0;
    const later = await refreshOnce(w.deps);
    expect(later.fetches.map(({ result }) => result)).toEqual(['not_modified']);
    expect(later.fresh).toBe(true);
  });

  it('asks all when it is told to, but not twice within a minute', async () => {
    const w = await world();
    w.publishAll();
    await refreshOnce(w.deps);
    w.now += 30_000;
    expect((await refreshOnce(w.deps, { force: true })).fetches).toHaveLength(0);
    w.now += 31_000;
    expect((await refreshOnce(w.deps, { force: true })).fetches).toHaveLength(4);
  });

  it('names authorities without a URL, without a certificate, with other facts, and retired ones', async () => {
    const w = await world({
      install: false,
      edit: ({ authorities: [, user, infrastructure, product] }) => {
        if (user) user.validTo = '2020-01-01';
        if (infrastructure) infrastructure.crlUrls = [];
        if (product) product.validTo = '2041-01-01';
      },
    });
    const { root, user, infrastructure, product } = w.pki;
    for (const authority of [infrastructure, product]) {
      await importAuthorities(w.deps, authority.certificate, 'imported');
    }
    const report = await refreshOnce(w.deps);
    expect(report.fresh).toBe(false);
    expect(report.authorities.map(({ name, state, urls }) => [name, state, urls.length])).toEqual([
      [root.commonName, 'not_installed', 1],
      [user.commonName, 'retired', 1],
      [infrastructure.commonName, 'missing', 0],
      [product.commonName, 'disputed', 1],
    ]);
    expect(report.fetches).toEqual([]);
  });

  it('learns the root’s URL from the authorities that it issued, and others from verified certificates', async () => {
    const w = await world({
      edit: ({ authorities }) => {
        for (const authority of authorities) authority.crlUrls = [];
      },
    });
    w.publishAll();
    const first = await refreshOnce(w.deps);
    expect(first.fetches.map(({ url }) => url)).toEqual([w.pki.root.crlUrl]);
    const dates = { notBefore: new Date(w.now - day), notAfter: new Date(w.now + 365 * day) };
    const server = issueServer({ issuer: w.pki.infrastructure, hosts: ['web.example'], ...dates });
    expect(await harvest(w.deps, { certificates: [server.certificate] })).toBe(false);
    const second = await refreshOnce(w.deps);
    expect(second.fetches.map(({ url, result }) => [url, result])).toEqual([[w.pki.infrastructure.crlUrl, 'new']]);
    expect(second.authorities.map(({ state }) => state)).toEqual(['fresh', 'missing', 'fresh', 'missing']);
  });

  it('takes of a certificate only the URLs that can be fetched, in one spelling', async () => {
    const w = await world();
    const dates = { notBefore: new Date(w.now - day), notAfter: new Date(w.now + 365 * day) };
    const points = [
      'ldap:///CN=ca,CN=cdp,DC=example?certificateRevocationList?base',
      'ftp://crl.example/a.crl',
      'nonsense',
      `http://crl.example/${'a'.repeat(3_000)}`,
      'HTTP://CRL.example:80/a b.crl',
      'ldap://directory.example/cn=ca',
    ];
    const server = issueCertificate({
      subject: 'CN=web',
      issuer: w.pki.infrastructure,
      ...dates,
      extensions: { crlDistributionPoints: points },
    });
    await harvest(w.deps, { certificates: [server.certificate] });
    const known = (await w.store.knownUrls()).map(({ url }) => url).sort();
    expect(known).toEqual(['http://crl.example/a%20b.crl', 'ldap://directory.example/cn=ca']);
  });

  it('learns nothing from a certificate that nobody installed has signed', async () => {
    const w = await world();
    const foreign = await createWorld();
    worlds.push(foreign);
    const dates = { notBefore: new Date(w.now - day), notAfter: new Date(w.now + 365 * day) };
    const issuer = {
      ...w.pki.infrastructure,
      keys: issueServer({ issuer: foreign.pki.root, hosts: ['a.example'], ...dates }).keys,
    };
    const forged = issueServer({
      issuer: { ...issuer, crlUrl: 'http://169.254.169.254/crl' },
      hosts: ['web.example'],
      ...dates,
    });
    await harvest(w.deps, { certificates: [forged.certificate, new Uint8Array(3)] });
    expect(await w.store.knownUrls()).toEqual([]);
  });
});

describe('over time', () => {
  it('20 days of publications: always fresh, each stored once, nothing asked sooner than planned', async () => {
    const w = await world();
    const { user } = w.pki;
    let published = 0;
    let nextPublication = w.now;
    const end = w.now + 20 * day;
    let runs = 0;
    while (w.now < end) {
      if (w.now >= nextPublication) {
        w.publishAll();
        published += 1;
        nextPublication += 9 * day;
      }
      const report = await refreshOnce(w.deps);
      expect(report.fresh, new Date(w.now).toISOString()).toBe(true);
      runs += 1;
      w.now = Math.min(Math.max(report.nextDue ?? end, w.now + minute), nextPublication, end);
    }
    expect(runs).toBeGreaterThan(40);
    expect(await w.store.crls({ authority: user.id })).toHaveLength(published);
    expect(w.alarms()).toEqual([]);
    const { total, notModified } = w.point.requests(user.crlPath);
    // 6 h polls over 20 days, an hour apart in the last 48 h before nextUpdate; publications come a day before it.
    expect(total).toBeLessThan((20 * 24) / 6 + 3 * 24);
    // Each publication once in full, and weekly without validators.
    expect(total - notModified).toBeLessThanOrEqual(published + 4);
    expect((await verifyLog(w.store)).ok).toBe(true);
  });

  it('the schedule does the same inside a process, and ends when told', async () => {
    const w = await world();
    w.publishAll();
    const stop = startSchedule(w.deps, { tickMs: 5 });
    const until = async (condition: () => Promise<boolean>): Promise<void> => {
      for (let i = 0; i < 2_000 && !(await condition()); i++) {
        w.now += 10_000;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    await until(async () => (await w.store.crls({ current: true })).length === 4);
    w.now += 9 * day;
    w.publishAll();
    await until(async () => (await w.store.crls()).length === 8);
    await stop();
    const { total } = w.point.requests('/stand-in-user.crl');
    w.now += 20 * day;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(w.point.requests('/stand-in-user.crl').total).toBe(total);
    expect((await crlStatus(w.deps)).map(({ state }) => state)).toEqual(['fresh', 'stale', 'stale', 'stale']);
  });
});

describe('a CRL in quarantine', () => {
  it('is released by the schedule when its time has come, though nothing is to be fetched', async () => {
    const w = await world();
    w.publishAll();
    await refreshOnce(w.deps);
    await importCrl(w.deps, w.pki.issueCrl(w.pki.user, new Date(w.now + hour)), 'imported');
    expect(await w.store.crls({ state: 'quarantined' })).toHaveLength(1);
    w.now += 2 * hour;
    const stop = startSchedule(w.deps, { tickMs: 5 });
    for (let i = 0; i < 400 && (await w.store.crls({ state: 'quarantined' })).length > 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await stop();
    const [current] = await w.store.crls({ current: true, authority: w.pki.user.id });
    expect(current?.thisUpdate).toBe(w.now - hour);
    expect(w.point.requests(w.pki.user.crlPath).total).toBe(1);
  });
});

describe('a hostile or broken distribution point', () => {
  const html = '<html><body>Welcome to our hotel</body></html>';
  const behaviours: [string, string, (w: World) => void][] = [
    [
      'a captive portal',
      'content_type',
      (w) => w.point.publish(w.pki.user.crlPath, Buffer.from(html), new Date(), 'text/html'),
    ],
    [
      'HTML that calls itself a CRL',
      'crl_malformed',
      (w) => w.point.publish(w.pki.user.crlPath, Buffer.from(html), new Date()),
    ],
    ['nothing', 'crl_malformed', (w) => w.point.publish(w.pki.user.crlPath, new Uint8Array(), new Date())],
    ['404', 'http_status', (w) => w.point.remove(w.pki.user.crlPath)],
    [
      'a CRL cut off',
      'crl_malformed',
      (w) =>
        w.point.publish(w.pki.user.crlPath, w.pki.issueCrl(w.pki.user, new Date(w.now)).subarray(0, 100), new Date()),
    ],
    [
      'a CRL with something behind it',
      'crl_malformed',
      (w) => {
        const der = w.pki.issueCrl(w.pki.user, new Date(w.now));
        w.point.publish(w.pki.user.crlPath, Buffer.concat([der, Buffer.from([0])]), new Date());
      },
    ],
    [
      'a CRL of the same name by another key',
      'crl_signature_invalid',
      (w) => {
        const { keys } = issueServer({
          issuer: w.pki.root,
          hosts: ['a.example'],
          notBefore: new Date(0),
          notAfter: new Date(w.now),
        });
        w.publish(w.pki.user, w.pki.issueCrl({ ...w.pki.user, keys }, new Date(w.now)));
      },
    ],
    [
      'a CRL of a stranger',
      'crl_issuer_unknown',
      (w) => w.publish(w.pki.user, w.pki.issueCrl(w.pki.user, new Date(w.now), { issuerName: 'CN=stranger' })),
    ],
    ['a certificate', 'crl_malformed', (w) => w.point.publish(w.pki.user.crlPath, w.pki.user.certificate, new Date())],
    ['a hang-up', 'cut_off', (w) => w.point.handle(w.pki.user.crlPath, (request) => request.socket.destroy())],
    [
      'half an answer',
      'cut_off',
      (w) =>
        w.point.handle(w.pki.user.crlPath, (_, response) => {
          response.writeHead(200, { 'content-length': 1000 });
          response.write('half', () => response.socket?.destroy());
        }),
    ],
    [
      'a redirect to the metadata service',
      'address_forbidden',
      (w) =>
        w.point.handle(w.pki.user.crlPath, (_, response) => {
          response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
        }),
    ],
    [
      'a redirect to itself',
      'too_many_redirects',
      (w) =>
        w.point.handle(w.pki.user.crlPath, (_, response) => {
          response.writeHead(302, { location: w.pki.user.crlPath }).end();
        }),
    ],
    ['silence', 'timeout', (w) => w.point.handle(w.pki.user.crlPath, () => {})],
    [
      '304 to everything',
      'http_status',
      (w) => w.point.handle(w.pki.user.crlPath, (_, response) => response.writeHead(304).end()),
    ],
  ];

  it.each(behaviours)('giving %s: refused as %s, logged, the old CRL stays, backoff', async (_, reason, behave) => {
    const w = await world({ rules: { totalTimeoutMs: 2_000, maximumBytes: 100_000 } });
    w.publishAll();
    await refreshOnce(w.deps);
    const before = await w.store.crls();
    w.now += 7.5 * day;
    behave(w);
    const report = await refreshOnce(w.deps);
    expect(report.fetches.find(({ authority }) => authority === w.pki.user.id)).toMatchObject({
      result: expect.stringMatching(/failed|refused/),
      reason,
    });
    expect(await w.store.crls()).toEqual(before);
    expect(report.fresh).toBe(true);
    const log = await w.store.log(0, 1_000);
    expect(log.findLast(({ kind, body }) => kind === 'fetch' && body.includes(w.pki.user.crlPath))?.body).toContain(
      reason,
    );
    expect(await w.store.urlState(w.pki.user.crlUrl)).toMatchObject({ failures: 1, outcome: reason });
    expect((report.nextDue ?? 0) - w.now).toBeLessThanOrEqual(2 * minute);
  });
});

describe('an authority whose certificate was renewed with the same key', () => {
  it('is fresh by the CRLs of that key, before and after the old certificate ends', async () => {
    const w = await world();
    const { certificate } = issueCertificate({
      subject: w.pki.user.name,
      issuer: w.pki.root,
      keys: w.pki.user.keys,
      notBefore: new Date(start),
      notAfter: new Date(start + 4_000 * day),
      extensions: { basicConstraints: { ca: true }, keyUsage: ['keyCertSign', 'cRLSign'] },
    });
    const json = structuredClone(w.pki.catalogue);
    const user = json.authorities.find(({ id }) => id === w.pki.user.id);
    const { validFrom, validTo, ...rest } = user ?? json.authorities[0] ?? {};
    const fingerprints = { sha256: sha256Hex(certificate) };
    const entry = { ...rest, id: 'renewed', fingerprints } as never;
    const catalogue = loadCatalogue({ ...json, authorities: [...json.authorities, entry] });
    const deps = { ...w.deps, catalogues: [catalogue] };
    await importAuthorities(deps, certificate, 'imported');
    const states = async () => {
      w.publishAll();
      const { authorities } = await refreshOnce(deps, { force: true });
      return authorities.filter(({ authority }) => [w.pki.user.id, 'renewed'].includes(authority)).map((a) => a.state);
    };
    expect(await states()).toEqual(['fresh', 'fresh']);
    w.now = w.pki.user.notAfter.getTime() + day;
    expect((await states())[1]).toBe('fresh');
    const [current] = await w.store.crls({ current: true, issuerKey: sha256Hex(w.pki.user.keys.publicKeyInfo) });
    expect(current).toMatchObject({ authority: 'renewed', revocationOnly: false });
  });
});

describe('one URL of two authorities', () => {
  it('is asked for the one that lives on when the other is retired', async () => {
    const w = await world({
      edit: (json) => {
        json.authorities.reverse();
        const [root, user] = ['stand-in-root', 'stand-in-user'].map((id) => json.authorities.find((a) => a.id === id));
        if (root !== undefined) root.crlUrls = user?.crlUrls;
      },
    });
    w.now = w.pki.user.notAfter.getTime() + 100 * day;
    w.point.publish(w.pki.user.crlPath, w.pki.issueCrl(w.pki.root, new Date(w.now)), new Date(w.now));
    const { fetches, authorities } = await refreshOnce(w.deps);
    expect(authorities.find(({ authority }) => authority === w.pki.user.id)?.state).toBe('retired');
    expect(fetches.find(({ url }) => url === w.pki.user.crlUrl)).toMatchObject({
      authority: w.pki.root.id,
      result: 'new',
    });
  });
});

describe('replicas', () => {
  it('share one lease: one refreshes, the others wait and find everything done', async () => {
    const w = await world();
    w.publishAll();
    const reports = await Promise.all([1, 2, 3].map(() => refreshOnce(w.deps)));
    expect(reports.every(({ fresh }) => fresh)).toBe(true);
    expect(reports.flatMap(({ fetches }) => fetches)).toHaveLength(4);
    expect(w.point.requests(w.pki.user.crlPath).total).toBe(1);
  });

  it('do nothing while another has the lease', async () => {
    const w = await world();
    w.publishAll();
    await w.store.acquireLease('refresh', 'another', 60_000);
    expect(await refreshOnce(w.deps, { waitMs: 0 })).toMatchObject({ ran: false, fetches: [], fresh: false });
    await w.store.acquireLease('refresh', 'another', -1);
    expect(await refreshOnce(w.deps, { waitMs: 0 })).toMatchObject({ ran: true, fresh: true });
  });

  it('do not repeat at once what one left half done', async () => {
    const w = await world();
    w.publishAll();
    await w.store.beginAttempt(w.pki.user.crlUrl, w.now);
    const report = await refreshOnce(w.deps);
    expect(report.fetches.map(({ authority }) => authority)).not.toContain(w.pki.user.id);
    w.now += 2 * minute;
    expect((await refreshOnce(w.deps)).fetches.map(({ authority }) => authority)).toEqual([w.pki.user.id]);
  });
});
