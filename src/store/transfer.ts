/**
 * Everything a store holds as lines of JSON, and back: the backup, and the way between engines and machines. The log
 * goes first, so that every CRL it speaks of is among those that follow. CRL octets come in pieces, which keeps every
 * line short; the last line counts what came before, so that a cut-off file is refused.
 */
import { type CrlRecord, type RestoreItem, type Store, StoreError } from './port.js';
import { verifyLog } from './verify.js';

const format = 'unify-pki-store';
const version = 1;
const pieceSize = 768 * 1024;
/** The longest line that is read: a piece in base64 with room for what stands around it. */
const maximumLine = 4 * 1024 * 1024;
const maximumCrl = 128 * 1024 * 1024;

export interface TransferCount {
  readonly read: number;
  readonly added: number;
}

export async function* exportStore(store: Store): AsyncGenerator<string> {
  let count = 0;
  const line = (value: object): string => {
    count += 1;
    return `${JSON.stringify(value)}\n`;
  };
  yield line({ format, version });
  for (let after = 0; ; ) {
    const entries = await store.log(after, 500);
    for (const entry of entries) yield line({ type: 'log', entry });
    const last = entries.at(-1);
    if (last === undefined) break;
    after = last.seq;
  }
  for (const record of await store.authorities()) {
    yield line({ type: 'authority', record: { ...record, der: Buffer.from(record.der).toString('base64') } });
  }
  for (const url of await store.knownUrls()) yield line({ type: 'known', url });
  for (const noted of await store.notedCertificates()) yield line({ type: 'certificate', noted });
  for (const state of await store.urlStates()) yield line({ type: 'url', state });
  for (const record of await store.crls()) {
    const bytes = (await store.crlBytes(record.sha256)) ?? new Uint8Array();
    for (let start = 0; start < bytes.length; start += pieceSize) {
      yield line({ type: 'piece', octets: Buffer.from(bytes.subarray(start, start + pieceSize)).toString('base64') });
    }
    yield line({ type: 'crl', record });
  }
  yield `${JSON.stringify({ type: 'end', lines: count })}\n`;
}

/** Reads what `exportStore` wrote. What is held already stays. Every content is checked against its hash. */
export async function importStore(
  store: Store,
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<TransferCount> {
  let read = 0;
  let added = 0;
  let pieces: Buffer[] = [];
  let ended = false;
  for await (const text of lines) {
    if (text.trim() === '') continue;
    if (ended) throw invalid('lines after the end');
    const value = parseLine(text);
    if (read === 0 && (value.format !== format || value.version !== version)) {
      throw invalid(`expected a file of format ${format}, version ${version}`);
    }
    if (value.type === 'end') {
      if (value.lines !== read) throw invalid('lines are missing');
      ended = true;
      continue;
    }
    read += 1;
    if (value.type === 'piece') {
      pieces.push(Buffer.from(String(value.octets), 'base64'));
      if (pieces.length * pieceSize > maximumCrl) throw invalid('a CRL is too large');
      continue;
    }
    const item = itemOf(value, pieces);
    if (item === undefined) continue;
    if (item.type === 'crl') pieces = [];
    if (await store.restore(item)) added += 1;
  }
  if (!ended) throw invalid('the file ends too early');
  const checked = await verifyLog(store);
  if (!checked.ok) throw new StoreError('corrupt', `the log is broken at entry ${checked.broken?.seq ?? 0}`);
  return { read, added };
}

const invalid = (what: string): StoreError => new StoreError('import_invalid', `the file cannot be imported: ${what}`);

function parseLine(text: string): Record<string, unknown> {
  if (text.length > maximumLine) throw invalid('a line is too long');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below, like every other line that is none.
  }
  throw invalid('a line is no JSON object');
}

/** The format is the store's own and its contents are checked by hash; a field that is missing fails in the database. */
function itemOf(value: Record<string, unknown>, pieces: readonly Buffer[]): RestoreItem | undefined {
  switch (value.type) {
    case 'crl':
      return { type: 'crl', record: value.record as CrlRecord, bytes: new Uint8Array(Buffer.concat(pieces)) };
    case 'authority': {
      const record = value.record as Record<string, unknown>;
      const der = new Uint8Array(Buffer.from(String(record.der), 'base64'));
      return { ...value, record: { ...record, der } } as unknown as RestoreItem;
    }
    case 'known':
    case 'certificate':
    case 'url':
    case 'log':
      return value as unknown as RestoreItem;
    default:
      if (value.format === format) return undefined;
      throw invalid('a line of an unknown type');
  }
}
