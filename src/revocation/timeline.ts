/**
 * A compacted history: CRLs of one issuer, scope and kind as a timeline of serial number → what was listed, from which of
 * them to which. Successive CRLs repeat nearly all of their entries, so ten years of them take little more memory than the
 * last one. Nothing that judging asks is lost: every header stays, and every entry as it stood in each CRL; what goes are
 * the octets that only a signature needs, and so a CRL is compacted only once its signature was found good.
 */
import { sha256Hex } from '../crypto/digest.js';
import { equalOctets } from '../der/octets.js';
import { DerReader, parsed, tag } from '../der/reader.js';
import { encodeElement } from '../der/writer.js';
import { type CertificateList, parseCrl } from '../x509/crl.js';
import { readEntry } from './entry.js';
import { type EntrySource, type HeldCrl, heldCrl, type ListedEntry } from './held-crl.js';
import type { IndexedCrl } from './index-crl.js';
import { hashKey } from './serial-hash.js';
import { findEntries, type SerialIndex, SerialTable } from './serial-table.js';

/** A CRL whose signature is settled. */
export interface SettledCrl {
  readonly indexed: IndexedCrl;
  readonly list: CertificateList;
  /** Keys (publicKeyId) that fit. */
  readonly verifiedKeys: readonly string[];
}

/** An entry as it stood in the CRLs from `first` to `last`. */
interface Run {
  readonly entry: Uint8Array;
  readonly first: number;
  last: number;
}

/** What stays of a CRL: its header, without the list. */
interface Kept extends Pick<IndexedCrl, 'sha256' | 'entryCount' | 'existedBy' | 'unknownCriticalEntry'> {
  readonly header: CertificateList;
  readonly verifiedKeys: readonly string[];
}

/** What offsets in a table may say (serial-table.ts); more distinct entries are not compacted. */
const maximumOctets = 2 ** 26;
/** An entry that changes in every CRL stays below what the table takes of one serial number. */
const maximumCrls = 1024;

/** Entries that one step of the work passes: a few milliseconds. */
const stepLength = 2_048;

/** Work in steps, between which others may get their turn. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** All steps at once. */
function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Held CRLs over as few timelines as they fit, in the order given, which must be that of thisUpdate; undefined: too large. */
export function compactTimeline(crls: readonly SettledCrl[]): HeldCrl[] | undefined {
  const held: HeldCrl[] = [];
  let builder = new TimelineBuilder();
  const finish = (): boolean => {
    const done = atOnce(builder.finish());
    held.push(...(done ?? []));
    builder = new TimelineBuilder();
    return done !== undefined;
  };
  for (const crl of crls) {
    if (!atOnce(builder.add(crl)) && !(finish() && atOnce(builder.add(crl)))) return undefined;
  }
  return finish() ? held : undefined;
}

/**
 * Takes CRLs one by one, in the order of thisUpdate, and keeps of each what is new in it, so that a history never lies in
 * memory as a whole. One step after another: nothing else may be asked of it before the steps that were begun are done.
 */
export class TimelineBuilder {
  readonly #runs: Run[] = [];
  readonly #byOctets = new Map<string, Run>();
  readonly #kept: Kept[] = [];
  #before: readonly Run[] = [];
  #octets = 1;

  /**
   * False: it does not fit any more; finish, and begin anew with it. Lists mostly continue the one before in its order:
   * those entries are found by walking both lists side by side, the others by their octets.
   */
  *add({ indexed, list, verifiedKeys }: SettledCrl): Steps<boolean> {
    const { der, entries } = list;
    const header = parseCrl(withoutEntries(list));
    const largest = this.#octets + entries.end - entries.start + 8 * indexed.entryCount;
    if (!header.ok || this.#kept.length >= maximumCrls || largest > maximumOctets) return false;
    const position = this.#kept.length;
    const reader = new DerReader(der, entries.start, entries.end);
    const current: Run[] = [];
    let next = 0;
    while (!reader.done) {
      const entry = reader.element(tag.sequence, 'an entry of the CRL');
      const side = findAhead(this.#before, next, entry);
      if (side !== -1) next = side + 1;
      const run = side === -1 ? this.#runOf(entry, position) : (this.#before[side] as Run);
      run.last = position;
      current.push(run);
      if (current.length % stepLength === 0) yield;
    }
    this.#before = current;
    const { sha256, entryCount, existedBy, unknownCriticalEntry } = indexed;
    this.#kept.push({
      header: header.value,
      sha256,
      entryCount,
      verifiedKeys,
      ...(existedBy === undefined ? {} : { existedBy }),
      ...(unknownCriticalEntry === undefined ? {} : { unknownCriticalEntry }),
    });
    return true;
  }

  /** The CRLs taken; undefined where the table refuses them, which must then stay as they are. */
  *finish(): Steps<HeldCrl[] | undefined> {
    // Whoever changes a serial changes the digest of its CRL, and with it every multiplier of the hash (serial-hash.ts).
    const seed = sha256Hex(Buffer.from(this.#kept.map(({ sha256 }) => sha256).join()));
    const index = yield* indexRuns(this.#runs, this.#octets, hashKey(seed));
    if (index === undefined) return undefined;
    const timeline = new Timeline(index);
    return this.#kept.map((kept, position) =>
      heldCrl(kept.header, {
        sha256: kept.sha256,
        entries: timeline.at(position, kept),
        existedBy: kept.existedBy,
        brought: false,
        verifiedKeys: new Set(kept.verifiedKeys),
      }),
    );
  }

  /** The run that goes on or begins; changed octets (a reason, a date) begin a new one, and so does a gap. */
  #runOf(entry: Uint8Array, position: number): Run {
    const key = Buffer.from(entry.buffer, entry.byteOffset, entry.length).toString('latin1');
    const open = this.#byOctets.get(key);
    if (open !== undefined && open.last >= position - 1) return open;
    const begun = { entry: entry.slice(), first: position, last: position };
    this.#byOctets.set(key, begun);
    this.#runs.push(begun);
    this.#octets += entry.length + 8;
    return begun;
  }
}

/** The same CRL with an empty list: its header and extensions are read from it, its signature fits no longer. */
function withoutEntries(list: CertificateList): Uint8Array {
  const { der, tbs, entries } = list;
  const tbsStart = tbs.byteOffset - der.byteOffset;
  const content = new DerReader(der, tbsStart).region(tag.sequence, 'tbsCertList');
  const length = entries.end - entries.start;
  const header = length === 0 ? 0 : length < 0x80 ? 2 : 2 + Math.ceil((32 - Math.clz32(length)) / 8);
  const rest = der.subarray(tbsStart + tbs.length);
  const before = der.subarray(content.start, entries.start - header);
  return encodeElement(tag.sequence, encodeElement(tag.sequence, before, der.subarray(entries.end, content.end)), rest);
}

/** Entries that are passed over in the list before: a few expire from one CRL to the next. */
const maximumAhead = 32;

function findAhead(before: readonly Run[], from: number, entry: Uint8Array): number {
  const end = Math.min(before.length, from + maximumAhead);
  for (let at = from; at < end; at++) if (equalOctets((before[at] as Run).entry, entry)) return at;
  return -1;
}

/** Each entry followed by two numbers, first and last; one octet in front, since 0 is no offset. */
function* indexRuns(runs: readonly Run[], size: number, key: Uint32Array): Steps<SerialIndex | undefined> {
  const der = new Uint8Array(size);
  const view = new DataView(der.buffer);
  const table = new SerialTable(der, key, runs.length);
  let at = 1;
  for (let from = 0; from < runs.length; from += stepLength) {
    // One entry that changes in thousands of CRLs is refused by the table; the history then stays as it is.
    const added = parsed(() => {
      for (const { entry, first, last } of runs.slice(from, from + stepLength)) {
        der.set(entry, at);
        const end = at + entry.length;
        view.setUint32(end, first);
        view.setUint32(end + 4, last);
        table.add(at);
        at = end + 8;
      }
    });
    if (!added.ok) return undefined;
    yield;
  }
  const chains = parsed(() => table.finish());
  return chains.ok ? { der, hashKey: table.hashKey, slots: table.slots, chains: chains.value } : undefined;
}

class Timeline {
  readonly #index: SerialIndex;
  readonly #view: DataView;
  /** The last question: every CRL of the timeline is asked about the same certificate in turn. */
  #asked: Uint8Array | undefined;
  #found: readonly { readonly first: number; readonly last: number; readonly listed: ListedEntry }[] = [];

  constructor(index: SerialIndex) {
    this.#index = index;
    this.#view = new DataView(index.der.buffer);
  }

  at(position: number, { entryCount, unknownCriticalEntry }: Kept): EntrySource {
    const find = (serialNumber: Uint8Array) => {
      const found = this.#find(serialNumber);
      if (found.length === 0) return nothingListed;
      return found.filter(({ first, last }) => first <= position && position <= last).map(({ listed }) => listed);
    };
    return { entryCount, unknownCriticalEntry, find };
  }

  #find(serialNumber: Uint8Array) {
    if (this.#asked === serialNumber) return this.#found;
    const { der } = this.#index;
    this.#found = findEntries(this.#index, serialNumber).map((offset) => {
      const reader = new DerReader(der, offset);
      reader.skip('an entry');
      const end = reader.position;
      const entry = readEntry(der, offset, end, 2);
      const [first, last] = [this.#view.getUint32(end), this.#view.getUint32(end + 4)];
      return { first, last, listed: { entry, issuerKeys: undefined } };
    });
    this.#asked = serialNumber;
    return this.#found;
  }
}

const nothingListed: readonly ListedEntry[] = [];
