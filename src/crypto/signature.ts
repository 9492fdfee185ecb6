/**
 * Checking a signature value: algorithm, parameters and key must fit each other to the letter; then node:crypto answers.
 * Says good, bad, or why it could not be computed. Whether the algorithm is still accepted is acceptance.ts' business.
 */
import { constants, verify } from 'node:crypto';
import { readOid } from '../der/oid.js';
import { contextConstructed, DerError, type DerReader, enterWhole, parsed, tag } from '../der/reader.js';
import { type Finding, finding } from '../findings/finding.js';
import { type AlgorithmIdentifier, readAlgorithm } from '../x509/algorithm.js';
import { type DigestName, digestByOid, mgf1, type SignatureScheme, schemeByOid } from './algorithms.js';
import type { PublicKey } from './keys.js';
import { recognisesPkcs1 } from './pkcs1.js';

export type SignatureVerdict = { verdict: 'good' } | { verdict: 'bad' } | { verdict: 'unsupported'; finding: Finding };

export type ResolvedScheme =
  | { ok: true; scheme: SignatureScheme; digest: DigestName | undefined; saltLength: number | undefined }
  | { ok: false; finding: Finding };

/** What an AlgorithmIdentifier of a signature means, its parameters checked (RFC 4055, 5758, 8410). */
export function resolveScheme(algorithm: AlgorithmIdentifier): ResolvedScheme {
  const resolved = resolvedByOid.get(algorithm.oid);
  if (resolved === undefined) return unsupported(algorithm.oid);
  const { scheme } = resolved;
  const { parameters } = algorithm;
  if (scheme.parameters === 'pss') return resolvePss(scheme, parameters);
  const isNull = parameters !== undefined && parameters.length === 2 && parameters[0] === tag.null;
  // RFC 4055 §5: NULL, and implementations must take absent parameters too. Everything else is not the algorithm named.
  const fits = parameters === undefined || scheme.parameters === 'any' || (scheme.parameters === 'null' && isNull);
  if (!fits) return unsupported(`${scheme.name} with unexpected parameters`);
  return resolved;
}

/** As far as they are resolved without parameters, each made once: every certificate and CRL of a path asks for one. */
const resolvedByOid: ReadonlyMap<string, Extract<ResolvedScheme, { ok: true }>> = new Map(
  Object.entries(schemeByOid).map(([oid, scheme]) => [
    oid,
    { ok: true, scheme, digest: scheme.digest, saltLength: undefined },
  ]),
);

function unsupported(algorithm: string): ResolvedScheme {
  return { ok: false, finding: finding('algorithm_unknown', { algorithm }) };
}

interface PssParameters {
  digest: DigestName;
  saltLength: number;
}

function resolvePss(scheme: SignatureScheme, parameters: Uint8Array | undefined): ResolvedScheme {
  const pss = parsed(() => readPssParameters(parameters));
  if (!pss.ok)
    return unsupported(`RSASSA-PSS with parameters where ${pss.expected} was expected and ${pss.found} found`);
  return { ok: true, scheme, ...pss.value };
}

/** RSASSA-PSS-params (RFC 4055 §3.1). One digest for message and mask: no one uses two, and node cannot check it. */
function readPssParameters(parameters: Uint8Array | undefined): PssParameters {
  if (parameters === undefined) throw new DerError('parameters of RSASSA-PSS', 'none');
  const sequence = enterWhole(parameters, tag.sequence, 'RSASSA-PSS parameters');
  let digest: DigestName = 'sha1';
  let mask: DigestName = 'sha1';
  let saltLength = 20;
  if (sequence.peek() === contextConstructed(0))
    digest = readDigest(sequence.enter(contextConstructed(0), 'hashAlgorithm'));
  if (sequence.peek() === contextConstructed(1)) {
    const generator = sequence.enter(contextConstructed(1), 'maskGenAlgorithm').enter(tag.sequence, 'maskGenAlgorithm');
    if (readOid(generator, 'maskGenAlgorithm') !== mgf1) throw new DerError('mask generation function 1', 'another');
    mask = readDigest(generator);
  }
  if (sequence.peek() === contextConstructed(2)) {
    saltLength = sequence.enter(contextConstructed(2), 'saltLength').unsigned('saltLength', 2048);
  }
  if (sequence.peek() === contextConstructed(3)) {
    const trailer = sequence.enter(contextConstructed(3), 'trailerField').unsigned('trailerField', 255);
    if (trailer !== 1) throw new DerError('trailerField 1', String(trailer));
  }
  sequence.finish('RSASSA-PSS parameters');
  if (digest !== mask) throw new DerError('the same digest for message and mask', 'two digests');
  return { digest, saltLength };
}

function readDigest(reader: DerReader): DigestName {
  const algorithm = readAlgorithm(reader, 'a digest algorithm');
  reader.finish('a digest algorithm');
  const name = digestByOid[algorithm.oid];
  if (name === undefined) throw new DerError('a known digest algorithm', algorithm.oid);
  return name;
}

/** Checks `signature` over `data`. CMS callers give the scheme that they resolved themselves. */
export function verifySignature(
  algorithm: AlgorithmIdentifier,
  data: Uint8Array,
  signature: Uint8Array,
  key: PublicKey,
): SignatureVerdict {
  const resolved = resolveScheme(algorithm);
  if (!resolved.ok) return { verdict: 'unsupported', finding: resolved.finding };
  return verifyWithScheme(resolved, data, signature, key);
}

export function verifyWithScheme(
  resolved: Extract<ResolvedScheme, { ok: true }>,
  data: Uint8Array,
  signature: Uint8Array,
  key: PublicKey,
): SignatureVerdict {
  const { scheme, digest, saltLength } = resolved;
  // An algorithm for another kind of key can never have made this signature.
  if (scheme.key !== key.type) return { verdict: 'bad' };
  if (!fitsPssKey(key, resolved)) return { verdict: 'bad' };
  // RFC 8017 §8.1.2, §8.2.2 step 1: the value is as long as the modulus. OpenSSL takes shorter ones with PSS.
  if (key.type === 'rsa' && signature.length !== Math.ceil(key.bits / 8)) return { verdict: 'bad' };
  try {
    if (scheme.pss) {
      const options = { key: key.key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: saltLength ?? 20 };
      return verify(digest, data, options, signature) ? { verdict: 'good' } : { verdict: 'bad' };
    }
    const usable = key.once?.() ?? key.key;
    if (key.type === 'rsa' && recognisesPkcs1(digest, data, signature, usable)) return { verdict: 'good' };
    return verify(digest ?? null, data, usable, signature) ? { verdict: 'good' } : { verdict: 'bad' };
  } catch {
    // A wrong value is answered, never thrown: what throws is a runtime that cannot begin (no such digest, FIPS mode).
    return { verdict: 'unsupported', finding: finding('algorithm_unavailable', { algorithm: scheme.name }) };
  }
}

/** RFC 4055 §1.2, §3.3: a key for PSS only signs with PSS, with its digest and at least its salt length. */
function fitsPssKey(key: PublicKey, resolved: Extract<ResolvedScheme, { ok: true }>): boolean {
  if (key.pssParameters === undefined) return true;
  if (!resolved.scheme.pss) return false;
  const bound = parsed(() => readPssParameters(key.pssParameters));
  return bound.ok && bound.value.digest === resolved.digest && (resolved.saltLength ?? 0) >= bound.value.saltLength;
}
