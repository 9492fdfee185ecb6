/**
 * Evidence bundles (REVOCATION.md, "Replay"): the request, the snapshot with every CRL by content, the time, and the
 * verdict, in one JSON document that gives the same verdict years later, on another machine, without a network. A bundle
 * is only as trustworthy as where it was kept: it proves that the verdict follows from what is in it.
 */
import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { runtimeAbilities } from '../crypto/runtime.js';
import { formatTime } from '../der/time.js';
import { indexCrl } from '../revocation/index-crl.js';
import { type Catalogue, loadCatalogue } from '../trust/catalogue.js';
import { verifyCertificate } from '../verify/certificate.js';
import { verifyMessage } from '../verify/message.js';
import { createTrust, type TrustInput } from '../verify/snapshot.js';
import type { CertificateRequest, MessageRequest, MessageVerdict, ValidationTime, Verdict } from '../verify/types.js';
import { decodeBase64, encodeBase64 } from '../x509/pem.js';
import { verdictJson } from './json.js';
import { Problem } from './problem.js';

export type Judged =
  | { readonly kind: 'certificate'; readonly request: CertificateRequest; readonly verdict: Verdict }
  | { readonly kind: 'message'; readonly request: MessageRequest; readonly verdict: MessageVerdict };

const format = 'unify-pki-evidence';
const octetFields = ['certificate', 'message', 'content'] as const;
const listFields = ['intermediates', 'crls'] as const;

/** What a snapshot was made of, with the octets of every CRL. */
export interface EvidenceMaterial extends Omit<TrustInput, 'crls' | 'history'> {
  crls?: readonly (Uint8Array | { readonly der: Uint8Array; readonly existedBy?: number })[] | undefined;
}

/** Reads the octets of CRLs of former years, of which the snapshot has the timeline only. */
export async function wholeMaterial(
  { history = [], ...material }: TrustInput,
  read: (sha256: string) => Promise<Uint8Array | undefined>,
): Promise<EvidenceMaterial> {
  const crls: { der: Uint8Array; existedBy?: number }[] = [];
  for (const { sha256, existedBy } of history) {
    const der = await read(sha256);
    if (der === undefined) throw new Problem('store_unavailable', 'a CRL of the evidence is not in the store');
    crls.push({ der, ...(existedBy === undefined ? {} : { existedBy }) });
  }
  return { ...material, crls: [...(material.crls ?? []), ...crls] };
}

/** The bundle, as a value for JSON. */
export function createEvidence(judged: Judged, time: ValidationTime, material: EvidenceMaterial) {
  const request = encodeRequest(judged.request);
  const list = (items: readonly Uint8Array[] | undefined) => (items ?? []).map(encodeBase64);
  return {
    format,
    version: 1 as const,
    engineVersion: judged.verdict.engineVersion,
    runtime: runtimeAbilities(),
    kind: judged.kind,
    request,
    requestSha256: hashOf(request),
    time: {
      now: time.now.toISOString(),
      ...(time.at === undefined ? {} : { at: time.at.toISOString() }),
      ...(time.signedAfter === undefined ? {} : { signedAfter: time.signedAfter.toISOString() }),
    },
    trust: {
      anchors: list(material.anchors),
      intermediates: list(material.intermediates),
      timestampAuthorities: list(material.timestampAuthorities),
      crls: (material.crls ?? []).map((crl) =>
        crl instanceof Uint8Array
          ? { der: encodeBase64(crl) }
          : {
              der: encodeBase64(crl.der),
              ...(crl.existedBy === undefined ? {} : { existedBy: formatTime(crl.existedBy) }),
            },
      ),
      catalogues: (material.catalogues ?? []).map(encodeCatalogue),
    },
    verdict: verdictJson(judged.verdict),
  };
}

const bytes = z.string().transform((text, context) => {
  const octets = decodeBase64(text);
  if (octets !== undefined) return octets;
  context.addIssue({ code: 'custom', message: 'base64' });
  return z.NEVER;
});
const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const bundle = z.strictObject({
  format: z.literal(format),
  version: z.literal(1),
  engineVersion: z.string(),
  runtime: z.array(z.string()),
  kind: z.enum(['certificate', 'message']),
  request: z.record(z.string(), z.unknown()),
  requestSha256: z.string(),
  time: z.strictObject({ now: time, at: time.optional(), signedAfter: time.optional() }),
  trust: z.strictObject({
    anchors: z.array(bytes),
    intermediates: z.array(bytes),
    timestampAuthorities: z.array(bytes),
    crls: z.array(z.strictObject({ der: bytes, existedBy: time.optional() })),
    catalogues: z.array(z.unknown()),
  }),
  verdict: z.record(z.string(), z.unknown()),
});

export interface Replay {
  readonly verdict: Verdict | MessageVerdict;
  /** The verdict of then, as it was saved. */
  readonly recorded: Record<string, unknown>;
  /** The same to the byte. */
  readonly same: boolean;
  /** Names of the fields that differ, outermost. */
  readonly differing: readonly string[];
  readonly engine: { readonly recorded: string; readonly now: string };
  readonly runtimeDiffers: boolean;
}

/**
 * Judges again what the bundle holds.
 *
 * @throws TypeError that names the field where this is no bundle, or its request is not the one that its hash names.
 */
export function replayEvidence(json: unknown): Replay {
  const read = bundle.safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new TypeError(`no evidence of this project: field "${issue?.path.join('.') ?? ''}" is not as expected`);
  }
  const { kind, request, requestSha256, trust, time: when, verdict: recorded, engineVersion, runtime } = read.data;
  if (hashOf(request) !== requestSha256) throw new TypeError('the request is not the one that requestSha256 names');
  const snapshot = createTrust({
    ...trust,
    crls: trust.crls.map(({ der, existedBy }) =>
      existedBy === undefined ? der : { ...indexCrl(der), existedBy: existedBy.getTime() },
    ),
    catalogues: trust.catalogues.map(loadCatalogue),
  });
  const decoded = decodeRequest(request);
  const verdict =
    kind === 'certificate'
      ? verifyCertificate(decoded as unknown as CertificateRequest, snapshot, when)
      : verifyMessage(decoded as unknown as MessageRequest, snapshot, when);
  const now: Record<string, unknown> = JSON.parse(JSON.stringify(verdictJson(verdict)));
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(now)])];
  return {
    verdict,
    recorded,
    same: JSON.stringify(recorded) === JSON.stringify(now),
    differing: names.filter((name) => JSON.stringify(recorded[name]) !== JSON.stringify(now[name])),
    engine: { recorded: engineVersion, now: verdict.engineVersion },
    runtimeDiffers: runtime.join() !== runtimeAbilities().join(),
  };
}

function encodeRequest(request: CertificateRequest | MessageRequest): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...request };
  for (const name of octetFields) if (fields[name] instanceof Uint8Array) fields[name] = encodeBase64(fields[name]);
  for (const name of listFields) if (Array.isArray(fields[name])) fields[name] = fields[name].map(encodeBase64);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Wrong types of other fields are named by the verifier itself, as a TypeError. */
function decodeRequest(fields: Record<string, unknown>): Record<string, unknown> {
  const octets = (value: unknown, name: string): Uint8Array => {
    const decoded = typeof value === 'string' ? decodeBase64(value) : undefined;
    if (decoded === undefined) throw new TypeError(`request.${name}: expected base64`);
    return decoded;
  };
  const request = { ...fields };
  for (const name of octetFields) if (name in request) request[name] = octets(request[name], name);
  for (const name of listFields) {
    const list = request[name];
    if (Array.isArray(list)) request[name] = list.map((item) => octets(item, name));
  }
  return request;
}

/** As loadCatalogue reads it back to the same value. */
function encodeCatalogue(catalogue: Catalogue): unknown {
  const authorities = catalogue.authorities.map(({ distrustAfter, ...authority }) => ({
    ...authority,
    ...(distrustAfter === undefined ? {} : { distrustAfter: new Date(distrustAfter).toISOString() }),
  }));
  return { ...catalogue, authorities };
}

const hashOf = (request: Record<string, unknown>): string =>
  createHash('sha256').update(JSON.stringify(request)).digest('hex');
