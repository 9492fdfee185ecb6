/**
 * Which algorithms and key sizes are accepted, at the time at which an object is proven to have existed: one dated table
 * (REVOCATION.md rule 11's model), so that a signature of 2012 is judged by what held in 2012. Sources: CA/Browser Forum
 * BR 6.1.5 (RSA below 2048 ended with 2013), SHA-1 ended with 2016, FIPS 186-5 withdrew DSA in February 2024.
 */
import { formatTime } from '../der/time.js';
import { type Finding, finding } from '../findings/finding.js';
import type { AlgorithmIdentifier } from '../x509/algorithm.js';
import type { DigestName } from './algorithms.js';
import type { KeyDescription } from './keys.js';
import { resolveScheme } from './signature.js';

export type AlgorithmMode = 'modern' | 'legacy';

interface Rule {
  /** First moment at which it is no longer accepted; -Infinity for never accepted, Infinity for accepted. */
  readonly until: number;
  /** Accepted at any time under `legacy`. */
  readonly legacy: boolean;
}

const always: Rule = { until: Number.POSITIVE_INFINITY, legacy: true };
const never: Rule = { until: Number.NEGATIVE_INFINITY, legacy: false };
const legacyOnly: Rule = { until: Number.NEGATIVE_INFINITY, legacy: true };
const until = (date: string): Rule => ({ until: Date.parse(date), legacy: true });

const digestRules: Readonly<Partial<Record<DigestName, Rule>>> = { md5: never, sha1: until('2017-01-01T00:00:00Z') };

const smallKey = until('2014-01-01T00:00:00Z');

function keyRule(key: KeyDescription): Rule {
  switch (key.type) {
    case 'rsa':
      return key.bits >= 2048 ? always : key.bits >= 1024 ? smallKey : never;
    case 'dsa':
      return key.bits >= 2048 ? until('2024-02-03T00:00:00Z') : key.bits >= 1024 ? smallKey : never;
    case 'ec':
      return modernCurves.has(key.curve ?? '') ? always : legacyOnly;
    default:
      return always;
  }
}

const modernCurves = new Set(['P-256', 'P-384', 'P-521', 'brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1']);

const none: readonly Finding[] = [];

const accepted = (rule: Rule, at: number, mode: AlgorithmMode): boolean =>
  (mode === 'legacy' && rule.legacy) || at < rule.until;

/** The digest of a signature, at `at` (milliseconds). Unknown algorithms are reported where they are computed. */
export function signatureAcceptance(
  algorithm: AlgorithmIdentifier,
  at: number,
  mode: AlgorithmMode,
): readonly Finding[] {
  const resolved = resolveScheme(algorithm);
  if (!resolved.ok || resolved.digest === undefined) return none;
  return digestAcceptance(resolved.digest, resolved.scheme.name, at, mode);
}

export function digestAcceptance(
  digest: DigestName,
  name: string,
  at: number,
  mode: AlgorithmMode,
): readonly Finding[] {
  if (accepted(digestRules[digest] ?? always, at, mode)) return none;
  return [finding('algorithm_too_weak', { algorithm: name, at: formatTime(at) })];
}

/** The kind and size of a key, at `at`. */
export function keyAcceptance(key: KeyDescription, at: number, mode: AlgorithmMode): readonly Finding[] {
  if (accepted(keyRule(key), at, mode)) return none;
  return [finding('key_too_small', { key: describeKey(key), at: formatTime(at) })];
}

export function describeKey(key: KeyDescription): string {
  return key.curve ?? (key.type === 'rsa' || key.type === 'dsa' ? `${key.type.toUpperCase()} ${key.bits}` : key.type);
}
