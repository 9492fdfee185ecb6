/** Which paths are built, and in which order: every path is written as the names of its certificates, end entity first. */
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/crypto/digest.js';
import { createBudget } from '../../src/path/budget.js';
import { buildPaths } from '../../src/path/build.js';
import {
  type CertificateInput,
  type Issued,
  type Issuer,
  issueCertificate,
  sharedKeys,
} from '../../src/stand-in/index.js';
import { loadCatalogue } from '../../src/trust/catalogue.js';
import { parseCertificate } from '../../src/x509/certificate.js';
import { contextOf, snapshotOf } from '../revocation/support.js';

const day = (text: string) => new Date(`${text}T00:00:00Z`);
const at = day('2026-01-01').getTime();

interface Named extends Issued {
  /** What it is called here; certificates of one authority have different ones. */
  readonly label: string;
}

type Input = Partial<CertificateInput> & { key?: string };

/** A certificate; the label's first word is its common name and the slot of its key. */
function make(label: string, issuer?: Issuer, { key, ...more }: Input = {}): Named {
  const [name = ''] = label.split(' ');
  const made = issueCertificate({
    subject: `CN=${name}`,
    keys: sharedKeys('ec-p256', `build ${key ?? name}`),
    ...(issuer === undefined ? {} : { issuer }),
    notBefore: day('2020-01-01'),
    notAfter: day('2030-01-01'),
    ...more,
    extensions: { basicConstraints: { ca: true }, ...more.extensions },
  });
  return { ...made, label };
}

interface World {
  anchors?: Named[];
  others?: Named[];
  /** Pinned in a catalogue, as issuing authorities. */
  pinned?: Named[];
}

function search(end: Named, { anchors = [], others = [], pinned = [] }: World, limits = {}) {
  const authorities = pinned.map(({ certificate }, index) => ({
    id: `pin-${index}`,
    name: `Pin ${index}`,
    role: 'issuing',
    fingerprints: { sha256: sha256Hex(certificate) },
  }));
  const snapshot = snapshotOf({
    anchors: anchors.map(({ certificate }) => certificate),
    intermediates: [...others, ...pinned].map(({ certificate }) => certificate),
    crls: [],
    catalogues: authorities.length === 0 ? [] : [loadCatalogue({ id: 'x', name: 'x', authorities })],
  });
  const labels = new Map([end, ...anchors, ...others, ...pinned].map((one) => [sha256Hex(one.certificate), one.label]));
  const context = { ...contextOf(snapshot, { at }), budget: createBudget(limits) };
  const parsed = parseCertificate(end.certificate);
  if (!parsed.ok) throw new Error(parsed.found);
  const paths = [...buildPaths(snapshot.store.know(parsed.value), context)].map(
    ({ certificates, ending }) =>
      `${certificates.map(({ sha256 }) => labels.get(sha256)).join(' < ')}: ${ending ?? 'nowhere'}`,
  );
  return { paths, budget: context.budget };
}

const pathsOf = (end: Named, world: World) => search(end, world).paths;

const root = make('Root');
const sub = make('Sub', root);
const leaf = make('leaf', sub);

describe('where a path ends', () => {
  it('at an anchor, and nothing else is told then', () => {
    expect(pathsOf(leaf, { anchors: [root], others: [sub] })).toEqual(['leaf < Sub < Root: anchor']);
    // The other Sub has the same key, and its issuer is not known: a dead end.
    const elsewhere = make('Sub elsewhere', make('Unknown'));
    expect(pathsOf(leaf, { anchors: [root], others: [elsewhere, sub] })).toEqual(['leaf < Sub < Root: anchor']);
  });

  it('at an anchor that is not self-signed, below it', () => {
    expect(pathsOf(leaf, { anchors: [sub], others: [root] })).toEqual(['leaf < Sub: anchor']);
    expect(pathsOf(leaf, { anchors: [sub, root] })).toEqual(['leaf < Sub: anchor']);
  });

  it('an anchor asked about is its own path when it is self-signed, else it needs its issuer', () => {
    expect(pathsOf(root, { anchors: [root] })).toEqual(['Root: anchor']);
    expect(pathsOf(sub, { anchors: [sub, root] })).toEqual(['Sub < Root: anchor']);
    expect(pathsOf(sub, { anchors: [sub] })).toEqual(['Sub: nowhere']);
    const forged = make('Root forged', { name: root.name, keys: sharedKeys('ec-p256', 'build forger') });
    expect(pathsOf(forged, { anchors: [forged] })).toEqual(['Root forged: nowhere']);
  });

  it('nowhere: what was reached, but not its beginnings, and four of them at most', () => {
    expect(pathsOf(leaf, {})).toEqual(['leaf: nowhere']);
    expect(pathsOf(leaf, { others: [sub] })).toEqual(['leaf < Sub: nowhere']);
    const many = [1, 2, 3, 4, 5, 6].map((n) => make(`Sub ${n}`, make(`Unknown${n}`)));
    expect(pathsOf(leaf, { others: many })).toEqual([1, 2, 3, 4].map((n) => `leaf < Sub ${n}: nowhere`));
  });

  it('at a pinned authority where nothing reaches an anchor, else at the anchor first', () => {
    expect(pathsOf(leaf, { pinned: [sub] })).toEqual(['leaf < Sub: pinned']);
    expect(pathsOf(leaf, { pinned: [sub], anchors: [root] })).toEqual([
      'leaf < Sub < Root: anchor',
      'leaf < Sub: pinned',
    ]);
    // Something above the pinned one that leads nowhere changes nothing.
    expect(pathsOf(leaf, { pinned: [sub], others: [make('Root', make('Unknown'))] })).toEqual(['leaf < Sub: pinned']);
  });
});

describe('broken edges', () => {
  const forger = sharedKeys('ec-p256', 'build forger');
  const forged = make('leaf forged', { name: sub.name, keys: forger });

  it('are followed where nothing else reaches an anchor, once', () => {
    expect(pathsOf(forged, { anchors: [root], others: [sub] })).toEqual(['leaf forged < Sub < Root: anchor']);
    const twice = [sub, make('Sub again', root)];
    expect(pathsOf(forged, { anchors: [root], others: twice })).toHaveLength(1);
  });

  it('to a pinned authority where no anchor is reached by name', () => {
    expect(pathsOf(forged, { pinned: [sub] })).toEqual(['leaf forged < Sub: pinned']);
    expect(pathsOf(forged, { others: [sub] })).toEqual(['leaf forged: nowhere']);
  });

  it('are not followed where something else does', () => {
    const wrongKey = make('Sub wrong', root, { key: 'wrong' });
    expect(pathsOf(leaf, { anchors: [root], others: [wrongKey, sub] })).toEqual(['leaf < Sub < Root: anchor']);
  });
});

describe('loops', () => {
  it('no authority twice in a path, whatever certificate it shows', () => {
    const a = make('A', root);
    const b = make('B', a);
    const others = [a, b, make('A by-B', b), make('Root by-A', a), make('B by-Root', root)];
    expect(pathsOf(make('end', b), { anchors: [root], others })).toEqual([
      'end < B < A < Root: anchor',
      'end < B by-Root < Root: anchor',
    ]);
  });

  it('another authority with the same name is none', () => {
    const old = make('CA', root, { key: 'old' });
    const renewed = make('CA renewed', old, { key: 'new' });
    const end = make('end', renewed);
    expect(pathsOf(end, { anchors: [root], others: [old, renewed] })).toEqual(['end < CA renewed < CA < Root: anchor']);
  });

  it('nor is another name with the same key', () => {
    const one = make('One', root, { key: 'shared' });
    const two = make('Two', one, { key: 'shared' });
    expect(pathsOf(make('end', two), { anchors: [root], others: [one, two] })).toEqual([
      'end < Two < One < Root: anchor',
    ]);
  });
});

describe('a pinned authority', () => {
  it('hides certificates with its name and key', () => {
    const crossed = make('Sub crossed', make('Other'));
    const other = make('Other');
    const byOther = make('Sub by-Other', other);
    expect(pathsOf(leaf, { anchors: [root, other], others: [crossed, byOther], pinned: [sub] })).toEqual([
      'leaf < Sub < Root: anchor',
      'leaf < Sub: pinned',
    ]);
  });

  it('hides nothing of another key or another name', () => {
    const sameName = make('Sub other-key', root, { key: 'other' });
    const end = make('end', sameName);
    expect(pathsOf(end, { anchors: [root], others: [sameName], pinned: [sub] })).toEqual([
      'end < Sub other-key < Root: anchor',
    ]);
  });
});

describe('the order of issuers', () => {
  // All have one name and one key, so all lead on; every pair is asked in both orders.
  const first = (better: Named, worse: Named, world: World = {}) => {
    const end = make('end', sub);
    for (const order of [
      [better, worse],
      [worse, better],
    ]) {
      const others = [...(world.others ?? []), ...order.filter((one) => !world.anchors?.includes(one))];
      const paths = pathsOf(end, { ...world, anchors: [...(world.anchors ?? []), root], others });
      expect(paths[0]?.split(' < ')[1]?.replace(/:.*/, '')).toBe(better.label);
      expect(paths.length).toBeGreaterThan(1);
    }
  };
  const bare = { subjectKeyIdentifier: false, authorityKeyIdentifier: false } as const;
  const plain = make('Sub plain', root);
  const expired = { notAfter: day('2025-12-31') };

  it('an anchor first', () => {
    const anchor = make('Sub anchor', root, { extensions: { subjectKeyIdentifier: new Uint8Array([9]) } });
    first(anchor, plain, { anchors: [anchor] });
  });

  it('then the key identifier: the right one, none, another', () => {
    const none = make('Sub none', root, { extensions: bare });
    const other = make('Sub other', root, { extensions: { subjectKeyIdentifier: new Uint8Array([9]) } });
    const expiredRight = make('Sub expired', root, expired);
    first(expiredRight, none);
    first(make('Sub none-expired', root, { ...expired, extensions: bare }), other);
  });

  it('then one that is valid at the time, the first and the last moment included', () => {
    const noAuthority = { extensions: { basicConstraints: {} } } as const;
    first(make('Sub valid', root, noAuthority), make('Sub expired', root, expired));
    first(make('Sub valid', root, noAuthority), make('Sub future', root, { notBefore: day('2026-01-02') }));
    first(
      make('Sub begins', root, { notBefore: new Date(at), ...noAuthority }),
      make('Sub future', root, { notBefore: new Date(at + 1000) }),
    );
    first(
      make('Sub ends', root, { notAfter: new Date(at), ...noAuthority }),
      make('Sub ended', root, { notAfter: new Date(at - 1000) }),
    );
  });

  it('then an authority', () => {
    const rollover = make('Sub rollover', make('Sub', root, { key: 'old' }));
    first(rollover, make('Sub no-ca', root, { extensions: { basicConstraints: {} } }), {
      others: [make('Sub old', root, { key: 'old' })],
    });
  });

  it('then one that is not self-issued', () => {
    const old = make('Sub old', root, { key: 'old' });
    first(plain, make('Sub rollover', old), { others: [old] });
  });

  it('a pinned one before a better key identifier', () => {
    const pinned = make('Sub pinned', root, { extensions: bare });
    const wrong = make('Sub wrong', root, {
      key: 'wrong',
      extensions: { subjectKeyIdentifier: sub.keys.keyIdentifier },
    });
    // Two steps lead from the pinned one to the root; a third is not paid for.
    const { paths } = search(leaf, { anchors: [root], others: [wrong], pinned: [pinned] }, { pathSteps: 2 });
    expect(paths[0]).toBe('leaf < Sub pinned < Root: anchor');
  });

  it('among equals the order in which they are held', () => {
    const end = make('end', sub, { extensions: bare });
    const [one, two, three] = ['Sub one', 'Sub two', 'Sub three'].map((label) => make(label, root)) as [
      Named,
      Named,
      Named,
    ];
    for (const others of [
      [one, two, three],
      [three, one, two],
    ]) {
      expect(pathsOf(end, { anchors: [root], others })).toEqual(
        others.map(({ label }) => `end < ${label} < Root: anchor`),
      );
    }
  });
});

describe('the budget', () => {
  const subs = [1, 2, 3].map((n) => make(`Sub ${n}`, root));
  const world = { anchors: [root], others: subs };

  it('of paths', () => {
    const { paths, budget } = search(leaf, world, { paths: 2 });
    expect(paths).toEqual(['leaf < Sub 1 < Root: anchor', 'leaf < Sub 2 < Root: anchor']);
    expect(budget.exceeded).toEqual(['paths']);
    expect(search(leaf, world, { paths: 3 }).budget.exceeded).toEqual([]);
  });

  it('of steps', () => {
    const { paths, budget } = search(leaf, world, { pathSteps: 4 });
    expect(paths).toEqual(['leaf < Sub 1 < Root: anchor', 'leaf < Sub 2 < Root: anchor']);
    expect([budget.exceeded, budget.pathSteps.spent]).toEqual([['pathSteps'], 4]);
    expect(search(leaf, world, { pathSteps: 6 }).budget.exceeded).toEqual([]);
  });

  it('of signatures: a way that cannot be checked is told, and no further one begun by name alone', () => {
    const { paths, budget } = search(leaf, world, { signatureChecks: 2 });
    expect(paths).toEqual(['leaf < Sub 1 < Root: anchor', 'leaf < Sub 2 < Root: anchor']);
    expect([budget.exceeded, budget.pathSteps.spent]).toEqual([['signatureChecks'], 4]);
  });
});
