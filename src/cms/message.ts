/**
 * A message of any form (DER, BER, PEM, MIME), read while it arrives: what it is, its signers with all that is needed to check
 * them, and the signature inside of what is signed, if there is one. Nothing is judged. A message given whole runs through
 * the same machine in one step, so both ways say the same.
 *
 * Memory is flat: only header, certificates, signers and small contents are kept. Signed content is looked at for a further
 * signature by a reader of the same kind, down to a fixed depth.
 */
import { type Finding, finding } from '../findings/finding.js';
import { type BodyReader, bodyKind, CmsBodyReader, MultipartBodyReader, PemBodyReader } from './body.js';
import { type CmsOutcome, CmsReader } from './cms-reader.js';
import { type SignedContent, wholeContent } from './content.js';
import { failureFinding, LimitError, limits } from './failure.js';
import { type Headers, isMail } from './headers.js';
import { Opening } from './opening.js';
import { contentTypeOid, type SignedData } from './signed-data.js';

export interface MessageStructure {
  /**
   * unreadable: it claims to be signed and cannot be read, or a limit was reached. certs-only: SignedData without signers.
   */
  readonly kind: 'signed' | 'certs-only' | 'encrypted' | 'not-signed' | 'unreadable';
  /** mail: with fields of RFC 5322. entity: MIME without any of them. cms: DER or PEM. other: none of these. */
  readonly form: 'mail' | 'entity' | 'cms' | 'other';
  readonly headers: Headers | undefined;
  /** Why there is nothing to check (not_signed, encrypted, cms_malformed, budget_exceeded), and what was passed over. */
  readonly findings: readonly Finding[];
  /** For signed and certs-only. */
  readonly signedData: SignedData | undefined;
  /** The header of the signed MIME entity; reported, never believed in place of the outer one. */
  readonly signedHeaders: Headers | undefined;
  /** What the signed content is, where that is a message under S/MIME itself. */
  readonly nested: MessageStructure | undefined;
}

export interface MessageReaderOptions {
  /** The content of a detached signature: digested exactly as given. */
  readonly content?: Uint8Array | SignedContent | undefined;
}

export interface MessageReader {
  update(chunk: Uint8Array): void;
  /** To be called once, at the end. */
  finish(): MessageStructure;
}

/** Reads a message that lies there whole. */
export function readMessage(message: Uint8Array, options: MessageReaderOptions = {}): MessageStructure {
  const reader = new Reader(options.content, true, 0);
  reader.update(message);
  return reader.finish();
}

/** Reads a message that arrives in chunks, which may be reused by the caller afterwards. */
export function createMessageReader(options: MessageReaderOptions = {}): MessageReader {
  return new Reader(options.content, false, 0);
}

const encryptedTypes = new Set<string>([
  contentTypeOid.envelopedData,
  contentTypeOid.signedAndEnvelopedData,
  contentTypeOid.encryptedData,
  contentTypeOid.authEnvelopedData,
]);

const nothing = { signedData: undefined, signedHeaders: undefined, nested: undefined };
const notSigned = { ...nothing, kind: 'not-signed' as const, findings: [finding('not_signed')] };

class Reader implements MessageReader {
  private readonly content: Uint8Array | SignedContent | undefined;
  private readonly stable: boolean;
  private readonly level: number;
  private readonly opening: Opening;
  private form: MessageStructure['form'] = 'other';
  private headers: Headers | undefined;
  private body: BodyReader | undefined;
  /** The octets claim to be a message under S/MIME: what cannot be read from here on is a defect. */
  private claims: boolean;
  private ended = false;
  private failure: Finding | undefined;
  private inner: Reader | undefined;

  constructor(content: Uint8Array | SignedContent | undefined, stable: boolean, level: number) {
    this.content = content;
    this.stable = stable;
    this.level = level;
    this.claims = level === 0;
    // Text around PEM is for files that people keep, not for content.
    this.opening = new Opening(level === 0);
  }

  update(chunk: Uint8Array): void {
    if (chunk.length > 0 && !this.ended) this.guard(() => this.take(chunk));
  }

  finish(): MessageStructure {
    const outcome = this.guard(() => {
      if (!this.ended && this.body === undefined) this.begin(this.opening.finish());
      return this.body?.finish();
    });
    const { form, headers, failure } = this;
    if (failure !== undefined && this.claims) {
      return { ...nothing, form, headers, kind: 'unreadable', findings: [failure] };
    }
    return { form, headers, ...(outcome === undefined ? notSigned : this.describe(outcome)) };
  }

  private describe(outcome: CmsOutcome) {
    if (outcome.kind === 'other') {
      if (!encryptedTypes.has(outcome.contentType)) return notSigned;
      return { ...nothing, kind: 'encrypted' as const, findings: [finding('encrypted')] };
    }
    const signedData = this.withGivenContent(outcome.signedData);
    if (signedData.signers.length === 0) return { ...notSigned, kind: 'certs-only' as const, signedData };
    const inner = this.inner?.finish();
    return {
      kind: 'signed' as const,
      findings: [],
      signedData,
      signedHeaders: inner?.headers,
      nested: inner?.kind === 'not-signed' ? undefined : inner,
    };
  }

  private withGivenContent(signedData: SignedData): SignedData {
    if (this.content === undefined) return signedData;
    const given = this.content instanceof Uint8Array ? wholeContent(this.content) : this.content;
    const octets = signedData.contents.length === 0 ? given.octets() : undefined;
    if (octets !== undefined) this.passInside(octets);
    return { ...signedData, contents: [...signedData.contents, given] };
  }

  private take(chunk: Uint8Array): void {
    if (this.body === undefined) {
      this.begin(this.opening.update(chunk));
      return;
    }
    this.body.update(chunk);
    this.ended = this.body.done;
  }

  /** The opening has been recognised, or not yet. */
  private begin(opened: ReturnType<Opening['update']>): void {
    if (opened === undefined) return;
    if (opened.form === 'other') this.ended = true;
    else if (opened.form === 'mime') this.beginMime(opened.headers);
    else {
      this.form = 'cms';
      const { stable, onContent } = this.options();
      this.body = opened.form === 'pem' ? new PemBodyReader({ stable, onContent }) : new CmsReader(stable, onContent);
    }
    if (this.body === undefined) return;
    this.body.update(opened.rest);
    this.ended = this.body.done;
  }

  private beginMime(headers: Headers): void {
    this.headers = headers;
    this.form = isMail(headers) ? 'mail' : 'entity';
    this.claims = true;
    const kind = bodyKind(headers);
    if (kind.kind === 'not-signed') this.ended = true;
    else if (kind.kind === 'cms') this.body = new CmsBodyReader(headers, this.options());
    else this.body = new MultipartBodyReader(kind.boundary, kind.digests, this.options());
  }

  private options() {
    // A claim to be signed this deep is noted and not followed.
    if (this.level > limits.nested) throw new LimitError('signatures inside of signed content', limits.nested);
    return { stable: this.stable, onContent: (chunk: Uint8Array) => this.passInside(chunk) };
  }

  /** Signed content goes to a reader of its own kind, in search of a further signature. */
  private passInside(chunk: Uint8Array): void {
    // Content comes in buffers that are used again.
    this.inner ??= new Reader(undefined, false, this.level + 1);
    this.inner.update(chunk);
  }

  private guard<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.failure = failureFinding(error);
      this.ended = true;
      // Content that only begins like DER never claimed to be a message.
      if (this.body instanceof CmsReader) this.claims ||= this.body.recognised;
      return undefined;
    }
  }
}
