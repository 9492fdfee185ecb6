/**
 * The bodies in which a signature comes (RFC 8551 §3): CMS under a transfer encoding or in PEM, and multipart/signed with exactly
 * two parts. A third part would be shown by mail programs and signed by nobody (RFC 1847 §2.1), so it makes the message unreadable.
 */
import type { DigestName } from '../crypto/algorithms.js';
import { DerError } from '../der/reader.js';
import { Base64Decoder } from './base64.js';
import { CrlfCanonicalizer } from './canonical.js';
import { type CmsOutcome, CmsReader } from './cms-reader.js';
import { ContentCollector } from './content.js';
import { fieldValues, HeaderCollector, type Headers, parseHeaders, parseParameterized } from './headers.js';
import { MultipartSplitter } from './multipart.js';

export interface BodyReader {
  /** Nothing that follows can change the outcome. */
  readonly done: boolean;
  update(octets: Uint8Array): void;
  finish(): CmsOutcome;
}

export interface BodyOptions {
  /** See ContentCollector. */
  readonly stable: boolean;
  readonly onContent: (chunk: Uint8Array) => void;
}

const signatureTypes = new Set(['application/pkcs7-signature', 'application/x-pkcs7-signature']);
const cmsTypes = new Set([...signatureTypes, 'application/pkcs7-mime', 'application/x-pkcs7-mime']);
const cmsFileName = /\.p7[mscz]$/i;

export type BodyKind =
  | { readonly kind: 'cms' }
  | { readonly kind: 'multipart'; readonly boundary: string; readonly digests: ReadonlySet<DigestName> }
  | { readonly kind: 'not-signed' };

/** What the header says about the body. A claim to be signed that cannot be followed is a DerError. */
export function bodyKind(headers: Headers): BodyKind {
  const types = fieldValues(headers, 'content-type');
  const kinds = types.map((type) => kindOfType(type, headers));
  const signed = kinds.find(({ kind }) => kind !== 'not-signed');
  if (signed === undefined) return { kind: 'not-signed' };
  if (types.length > 1) throw new DerError('one Content-Type field', `${types.length}`);
  return signed;
}

function kindOfType(text: string, headers: Headers): BodyKind {
  const { value, parameters } = parseParameterized(text);
  if (value === 'multipart/signed') {
    const protocol = parameters.get('protocol')?.toLowerCase();
    // Another protocol, OpenPGP for one, is no S/MIME signature.
    if (protocol !== undefined && !signatureTypes.has(protocol)) return { kind: 'not-signed' };
    const boundary = parameters.get('boundary');
    // RFC 2046 §5.1.1: 1 to 70 characters.
    if (boundary === undefined || boundary.length === 0 || boundary.length > 70) {
      throw new DerError('a boundary of 1 to 70 characters', boundary === undefined ? 'none' : 'another');
    }
    return { kind: 'multipart', boundary, digests: announcedDigests(parameters.get('micalg')) };
  }
  return { kind: isCms(value, parameters, headers) ? 'cms' : 'not-signed' };
}

function isCms(value: string, parameters: ReadonlyMap<string, string>, headers: Headers): boolean {
  if (cmsTypes.has(value)) return true;
  if (value !== 'application/octet-stream') return false;
  const [disposition = ''] = fieldValues(headers, 'content-disposition');
  const name = parameters.get('name') ?? parseParameterized(disposition).parameters.get('filename') ?? '';
  return cmsFileName.test(name);
}

const digestByMicalg: Readonly<Record<string, DigestName>> = {
  md5: 'md5',
  sha1: 'sha1',
  sha224: 'sha224',
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
  'sha3-224': 'sha3-224',
  'sha3-256': 'sha3-256',
  'sha3-384': 'sha3-384',
  'sha3-512': 'sha3-512',
  shake256: 'shake256',
};

/**
 * RFC 8551 §3.5.3.2: micalg is only a help, the signer's digestAlgorithm decides. SHA-256 is computed in any case, since
 * programs that changed to it went on to announce SHA-1; without a known name all that are common are.
 */
export function announcedDigests(micalg: string | undefined): ReadonlySet<DigestName> {
  const digests = new Set<DigestName>();
  for (const word of (micalg ?? '').toLowerCase().split(/[\s,]+/)) {
    const name = digestByMicalg[word] ?? digestByMicalg[word.replace('-', '')];
    if (name !== undefined) digests.add(name);
  }
  if (digests.size === 0) return new Set<DigestName>(['sha256', 'sha1', 'sha384', 'sha512']);
  return digests.add('sha256');
}

/** The octets of a body under its transfer encoding (RFC 2045 §6). */
function transferDecoder(headers: Headers): Base64Decoder | undefined {
  const encodings = fieldValues(headers, 'content-transfer-encoding');
  if (encodings.length > 1) throw new DerError('one Content-Transfer-Encoding field', `${encodings.length}`);
  const encoding = (encodings[0] ?? '').toLowerCase();
  if (encoding === 'base64') return new Base64Decoder();
  if (['', '7bit', '8bit', 'binary'].includes(encoding)) return undefined;
  throw new DerError('a signature in base64 or binary', 'another transfer encoding');
}

/** CMS in a body. */
export class CmsBodyReader implements BodyReader {
  private readonly decoder: Base64Decoder | undefined;
  private readonly reader: CmsReader;

  constructor(headers: Headers, { stable, onContent }: BodyOptions) {
    this.decoder = transferDecoder(headers);
    this.reader = new CmsReader(stable || this.decoder !== undefined, onContent);
  }

  /** Base64 is decoded to its end even where the content type is clear: rubbish behind it counts, however it arrives. */
  get done(): boolean {
    return this.decoder === undefined && this.reader.done;
  }

  update(octets: Uint8Array): void {
    this.reader.update(this.decoder === undefined ? octets : this.decoder.update(octets));
  }

  finish(): CmsOutcome {
    if (this.decoder !== undefined) this.reader.update(this.decoder.finish());
    return this.reader.finish();
  }
}

/** CMS in a PEM block (RFC 7468 §8, §9), from behind its first line. What follows the block is passed over. */
export class PemBodyReader implements BodyReader {
  private readonly decoder = new Base64Decoder();
  private readonly reader: CmsReader;
  private ended = false;

  constructor({ onContent }: BodyOptions) {
    this.reader = new CmsReader(true, onContent);
  }

  /** As in a body: the block is decoded to its end. */
  readonly done = false;

  update(octets: Uint8Array): void {
    if (this.ended) return;
    // A hyphen is no character of base64: it begins the last line.
    const end = octets.indexOf(45);
    this.reader.update(this.decoder.update(end < 0 ? octets : octets.subarray(0, end)));
    if (end >= 0) this.ended = true;
  }

  finish(): CmsOutcome {
    if (!this.ended) throw new DerError('the end of the PEM block', 'the end of the text');
    this.reader.update(this.decoder.finish());
    return this.reader.finish();
  }
}

/** multipart/signed: the first part is the content, the second the detached signature. */
export class MultipartBodyReader implements BodyReader {
  readonly done = false;
  private readonly splitter: MultipartSplitter;
  private readonly content: ContentCollector;
  private readonly header = new HeaderCollector();
  private signature: CmsBodyReader | undefined;

  constructor(boundary: string, digests: ReadonlySet<DigestName>, { stable, onContent }: BodyOptions) {
    this.content = new ContentCollector(digests, stable, onContent);
    const canonical = new CrlfCanonicalizer((octets, reused) => this.content.update(octets, reused));
    this.splitter = new MultipartSplitter(boundary, (part, octets) => {
      if (part === 0) {
        // The canonical form is never shorter.
        this.content.expect(octets.length);
        canonical.update(octets);
      } else if (part === 1) this.takeSignature(octets);
    });
  }

  update(octets: Uint8Array): void {
    this.splitter.update(octets);
    if (this.splitter.part > 1 && !this.splitter.closed) throw new DerError('two parts of multipart/signed', 'more');
  }

  finish(): CmsOutcome {
    this.splitter.finish();
    const { part, closed } = this.splitter;
    if (part < 0) throw new DerError('the boundary that the header names', 'the end of the message');
    if (!closed) throw new DerError('the closing boundary', 'the end of the message');
    // The closing boundary counts as the start of one more.
    if (part !== 2) throw new DerError('two parts of multipart/signed', `${part}`);
    this.content.finish();
    if (this.signature === undefined) throw new DerError('the signature part', 'no header and body');
    const outcome = this.signature.finish();
    if (outcome.kind !== 'signed-data') throw new DerError('SignedData in the signature part', 'another content type');
    const { signedData } = outcome;
    return { kind: 'signed-data', signedData: { ...signedData, contents: [this.content, ...signedData.contents] } };
  }

  private takeSignature(octets: Uint8Array): void {
    if (this.signature !== undefined) {
      this.signature.update(octets);
      return;
    }
    const rest = this.header.update(octets);
    if (this.header.block === undefined) return;
    const headers = parseHeaders(this.header.block);
    const kind = bodyKind(headers);
    if (kind.kind !== 'cms') throw new DerError('a signature as the second part', 'a part of another type');
    // Its own content, were it there, is no place for further signatures.
    this.signature = new CmsBodyReader(headers, { stable: false, onContent: () => {} });
    this.signature.update(rest);
  }
}
