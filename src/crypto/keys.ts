/**
 * Loading of public keys. node's SPKI decoder costs as much as five signature checks, so RSA keys are loaded from the
 * PKCS#1 structure inside, curve keys as JWK; only what has neither form goes through the SPKI.
 *
 * Limits: RSA up to 16384 bits and public exponents up to 64 bits, as OpenSSL has them: a key chosen to be slow must
 * not be a way to stop the service. Explicit curve parameters are refused (RFC 5480 §2.1.1; CVE-2020-0601 was
 * an implementation that took them).
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { readOid } from '../der/oid.js';
import { DerError, DerReader, enterWhole, parsed, tag } from '../der/reader.js';
import { encodeElement } from '../der/writer.js';
import { type Finding, finding } from '../findings/finding.js';
import type { SubjectPublicKeyInfo } from '../x509/certificate.js';
import {
  curveByOid,
  idDsa,
  idEcPublicKey,
  type KeyType,
  type OctetKey,
  octetKeyByOid,
  rsaEncryption,
  rsassaPss,
} from './algorithms.js';

/** What a key is, without the cost of loading it. */
export interface KeyDescription {
  readonly type: KeyType;
  /** Size of the modulus, the prime, the curve. */
  readonly bits: number;
  readonly curve: string | undefined;
  /** The parameters of an id-RSASSA-PSS key, which bind the signatures made with it (RFC 4055 §1.2). */
  readonly pssParameters: Uint8Array | undefined;
  /** DSA domain parameters in use, to be inherited by the next certificate (RFC 3279 §2.3.2). */
  readonly dsaParameters: Uint8Array | undefined;
}

export interface PublicKey extends KeyDescription {
  readonly key: KeyObject;
  /** For a first verification: what node takes in place of the object. Undefined from the second time on. */
  once?(): Pkcs1Input | undefined;
}

/** An RSA key as its octets, which every function of node that takes a key takes too. */
export interface Pkcs1Input {
  readonly key: Buffer;
  readonly format: 'der';
  readonly type: 'pkcs1';
}

/**
 * An RSA key, made an object when it is asked for again: in a chain seen once each key checks one signature, and to make the
 * object, and have the garbage collector take it down, costs a seventh of that. It keeps octets of its own.
 */
class RsaPublicKey implements PublicKey {
  readonly type = 'rsa';
  readonly bits: number;
  readonly curve = undefined;
  readonly pssParameters: Uint8Array | undefined;
  readonly dsaParameters = undefined;
  private readonly input: Pkcs1Input;
  private asked = false;
  private object: KeyObject | undefined;

  constructor(octets: Uint8Array, { bits, pssParameters }: KeyDescription) {
    this.bits = bits;
    this.pssParameters = pssParameters;
    this.input = { key: buffer(new Uint8Array(octets)), format: 'der', type: 'pkcs1' };
  }

  get key(): KeyObject {
    this.object ??= createPublicKey(this.input);
    return this.object;
  }

  once(): Pkcs1Input | undefined {
    if (this.asked) return undefined;
    this.asked = true;
    return this.input;
  }
}

export type DescribedKey = { ok: true; value: KeyDescription } | { ok: false; finding: Finding };
export type LoadedKey = { ok: true; value: PublicKey } | { ok: false; finding: Finding };

const maximumModulusBits = 16_384;
const maximumExponentBits = 64;

/** Type and size of a key; nothing is loaded, so this costs nothing for keys that sign nothing. */
export function describePublicKey(info: SubjectPublicKeyInfo, inheritedParameters?: Uint8Array): DescribedKey {
  return guarded(() => describe(info, inheritedParameters));
}

/** Loads a key. `inheritedParameters` are the issuer's, for a DSA key that has none of its own (RFC 5280 §6.1.4 (e)). */
export function loadPublicKey(info: SubjectPublicKeyInfo, inheritedParameters?: Uint8Array): LoadedKey {
  return loadDescribed(info, describePublicKey(info, inheritedParameters));
}

/** Loads a key that was described before. */
export function loadDescribed(info: SubjectPublicKeyInfo, described: DescribedKey): LoadedKey {
  if (!described.ok) return described;
  // Its description has read it whole: there is nothing that node could refuse.
  if (described.value.type === 'rsa') return { ok: true, value: new RsaPublicKey(info.key, described.value) };
  return guarded(() => {
    const { type, bits, curve, pssParameters, dsaParameters } = described.value;
    try {
      const key = create(info, described.value);
      return { ok: true, value: { type, bits, curve, pssParameters, dsaParameters, key } };
    } catch {
      // Any ML-DSA octets of the right length are a key, so what fails there is the runtime.
      if (type.startsWith('ml-dsa'))
        return { ok: false, finding: finding('algorithm_unavailable', { algorithm: type }) };
      throw new DerError(`a key of type ${type}`, 'octets that are none');
    }
  });
}

function guarded<T>(read: () => T): T | { ok: false; finding: Finding } {
  const result = parsed(read);
  if (result.ok) return result.value;
  const detail = `expected ${result.expected}, found ${result.found}`;
  return { ok: false, finding: finding('public_key_malformed', { detail }) };
}

function describe(info: SubjectPublicKeyInfo, inherited: Uint8Array | undefined): DescribedKey {
  const { oid } = info.algorithm;
  if (oid === rsaEncryption || oid === rsassaPss) return describeRsa(info);
  if (oid === idEcPublicKey) return describeEc(info);
  if (oid === idDsa) return describeDsa(info, inherited);
  const kind = octetKeyByOid[oid];
  if (kind !== undefined) return describeOctetKey(info, kind);
  return { ok: false, finding: finding('algorithm_unknown', { algorithm: oid }) };
}

interface Particulars {
  readonly curve?: string;
  readonly pssParameters?: Uint8Array | undefined;
  readonly dsaParameters?: Uint8Array;
}

/** All descriptions have one shape, written out: every leaf gets one. A key may be kept longer than the octets it was read from. */
function description(type: KeyType, bits: number, rest: Particulars = {}): DescribedKey {
  const { curve, pssParameters: pss, dsaParameters: dsa } = rest;
  const pssParameters = pss === undefined ? undefined : new Uint8Array(pss);
  const dsaParameters = dsa === undefined ? undefined : new Uint8Array(dsa);
  return { ok: true, value: { type, bits, curve, pssParameters, dsaParameters } };
}

/** Loads what was described. */
function create(info: SubjectPublicKeyInfo, { type, dsaParameters }: KeyDescription): KeyObject {
  switch (type) {
    case 'ec':
      return createEc(info);
    case 'dsa':
      return createDsa(info, dsaParameters as Uint8Array);
    default:
      return createOctetKey(info);
  }
}

function describeRsa(info: SubjectPublicKeyInfo): DescribedKey {
  const pss = info.algorithm.oid === rsassaPss;
  const { parameters } = info.algorithm;
  if (!pss && parameters !== undefined && !(parameters.length === 2 && parameters[0] === tag.null)) {
    throw new DerError('NULL parameters of an RSA key', 'others');
  }
  const { key } = info;
  const sequence = enterWhole(key, tag.sequence, 'an RSA key');
  // In place: every leaf's key is described, and most are never used.
  sequence.passInteger('the modulus');
  const { contentStart: modulus, contentEnd: modulusEnd } = sequence;
  sequence.passInteger('the public exponent');
  const { contentStart: exponent, contentEnd: exponentEnd } = sequence;
  sequence.finish('an RSA key');
  const bits = bitLength(key, modulus, modulusEnd);
  if ((key[modulus] as number) >= 0x80 || bits < 8) throw new DerError('a positive modulus', 'another number');
  if (bits > maximumModulusBits) throw new DerError(`a modulus of at most ${maximumModulusBits} bits`, `${bits} bits`);
  const odd = ((key[exponentEnd - 1] as number) & 1) === 1;
  const small = exponentEnd - exponent === 1 && (key[exponent] as number) < 3;
  if ((key[exponent] as number) >= 0x80 || !odd || small) {
    throw new DerError('an odd public exponent of at least 3', 'another number');
  }
  if (bitLength(key, exponent, exponentEnd) > maximumExponentBits)
    throw new DerError('a public exponent of at most 64 bits', 'a longer one');
  return description('rsa', bits, pss ? { pssParameters: parameters } : undefined);
}

function describeEc(info: SubjectPublicKeyInfo): DescribedKey {
  const oid = namedCurve(info);
  const curve = curveByOid[oid];
  if (curve === undefined) return { ok: false, finding: finding('algorithm_unknown', { algorithm: oid }) };
  const uncompressed = info.key[0] === 4;
  const expectedOctets = uncompressed ? 1 + 2 * curve.octets : 1 + curve.octets;
  if (!(uncompressed || info.key[0] === 2 || info.key[0] === 3) || info.key.length !== expectedOctets) {
    throw new DerError(`a point on ${curve.name}`, `${info.key.length} octets that are none`);
  }
  return description('ec', curve.bits, { curve: curve.name });
}

function namedCurve({ algorithm }: SubjectPublicKeyInfo): string {
  const { parameters } = algorithm;
  if (parameters === undefined || parameters[0] !== tag.oid) {
    throw new DerError('a named curve (RFC 5480 §2.1.1)', 'something else');
  }
  return readOid(new DerReader(parameters), 'a named curve');
}

function createEc(info: SubjectPublicKeyInfo): KeyObject {
  const curve = curveByOid[namedCurve(info)];
  if (curve?.jwk === undefined || info.key[0] !== 4) return createFromInfo(info.der);
  const x = base64url(info.key.subarray(1, 1 + curve.octets));
  const y = base64url(info.key.subarray(1 + curve.octets));
  return createPublicKey({ key: { kty: 'EC', crv: curve.jwk, x, y }, format: 'jwk' });
}

function describeOctetKey(info: SubjectPublicKeyInfo, kind: OctetKey): DescribedKey {
  if (info.algorithm.parameters !== undefined)
    throw new DerError(`no parameters of ${kind.type} (RFC 8410 §3)`, 'some');
  if (info.key.length !== kind.octets)
    throw new DerError(`a key of ${kind.octets} octets`, `${info.key.length} octets`);
  return description(kind.type, kind.octets * 8);
}

function createOctetKey(info: SubjectPublicKeyInfo): KeyObject {
  const jwk = octetKeyByOid[info.algorithm.oid]?.jwk;
  if (jwk === undefined) return createFromInfo(info.der);
  return createPublicKey({ key: { kty: 'OKP', crv: jwk, x: base64url(info.key) }, format: 'jwk' });
}

function describeDsa(info: SubjectPublicKeyInfo, inherited: Uint8Array | undefined): DescribedKey {
  const parameters = ownDsaParameters(info) ?? inherited;
  if (parameters === undefined) throw new DerError('DSA parameters, own or inherited', 'none');
  const prime = new DerReader(parameters).enter(tag.sequence, 'DSA parameters').integer('the DSA prime');
  const bits = bitLength(prime);
  // Domain parameters beyond what FIPS 186-4 knows cost time and prove nothing.
  if (bits > 3072) throw new DerError('a DSA prime of at most 3072 bits', `${bits} bits`);
  return description('dsa', bits, { dsaParameters: parameters });
}

function ownDsaParameters({ algorithm }: SubjectPublicKeyInfo): Uint8Array | undefined {
  return algorithm.parameters?.[0] === tag.sequence ? algorithm.parameters : undefined;
}

/** Own parameters or inherited ones, written where they belong. */
function createDsa(info: SubjectPublicKeyInfo, parameters: Uint8Array): KeyObject {
  return createFromInfo(
    encodeElement(
      tag.sequence,
      encodeElement(tag.sequence, encodeElement(tag.oid, idDsaOctets), parameters),
      encodeElement(tag.bitString, new Uint8Array([0]), info.key),
    ),
  );
}

/** The slow way: OpenSSL's decoder of a SubjectPublicKeyInfo. */
function createFromInfo(der: Uint8Array): KeyObject {
  return createPublicKey({ key: buffer(der), format: 'der', type: 'spki' });
}

function buffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}

const idDsaOctets = new Uint8Array([0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01]);

/** Bits of the non-negative INTEGER whose content octets lie from `start` to `end`. */
export function bitLength(octets: Uint8Array, start = 0, end: number = octets.length): number {
  let at = start;
  while (at < end && octets[at] === 0) at++;
  if (at === end) return 0;
  return (end - at) * 8 - (Math.clz32(octets[at] as number) - 24);
}

function base64url(octets: Uint8Array): string {
  return buffer(octets).toString('base64url');
}
