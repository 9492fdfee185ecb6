/**
 * Checks of a request's JavaScript types and the times that follow from it. A wrong type, an Invalid Date, an unknown
 * profile is the programmer's mistake and a TypeError; what the bytes hold is never one.
 */

import { isOid } from '../der/oid.js';
import type { PathContext } from '../path/context.js';
import { anyPolicy } from '../path/policy-graph.js';
import { profileNames } from '../profile/profiles.js';
import { keyUsageOf, purposeOid } from '../profile/purposes.js';
import type { CertificateRequest, CommonRequest, MessageRequest, ValidationTime } from './types.js';

/** Milliseconds; `at` is floored to whole seconds, as certificates tell time. */
export interface Times {
  readonly now: number;
  readonly at: number;
  readonly attested: boolean;
  readonly signedAfter: number | undefined;
}

export function readTimes(time: ValidationTime): Times {
  if (typeof time !== 'object' || time === null) throw new TypeError('time: expected { now: Date, at?: Date }');
  const now = milliseconds(time.now, 'time.now');
  const at = time.at === undefined ? now : milliseconds(time.at, 'time.at');
  if (at > now) throw new TypeError('time.at: expected a time no later than time.now, found a later one');
  const signedAfter = time.signedAfter === undefined ? undefined : milliseconds(time.signedAfter, 'time.signedAfter');
  if (signedAfter !== undefined && signedAfter > at) {
    throw new TypeError('time.signedAfter: expected a time no later than time.at, found a later one');
  }
  return { now, at: Math.floor(at / 1000) * 1000, attested: time.at !== undefined && at !== now, signedAfter };
}

function milliseconds(value: unknown, name: string): number {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw new TypeError(`${name}: expected a valid Date`);
  return value.getTime();
}

const validityModels = ['shell', 'chain', 'hybrid'] as const;
const revocationModes = ['require', 'known', 'off'] as const;
const algorithmModes = ['modern', 'legacy'] as const;
const conformanceModes = ['tolerant', 'strict'] as const;

function checkCommon(request: CommonRequest): void {
  oneOf(request.validityModel, validityModels, 'validityModel');
  oneOf(request.revocation, revocationModes, 'revocation');
  oneOf(request.algorithms, algorithmModes, 'algorithms');
  oneOf(request.conformance, conformanceModes, 'conformance');
  octetLists(request.intermediates, 'intermediates');
  octetLists(request.crls, 'crls');
  const { maxIntermediates } = request;
  if (maxIntermediates !== undefined && (!Number.isInteger(maxIntermediates) || maxIntermediates < 0)) {
    throw new TypeError(`maxIntermediates: expected a whole number from 0, found ${shown(maxIntermediates)}`);
  }
  checkPolicy(request);
}

function checkPolicy({ policy }: CommonRequest): void {
  if (policy === undefined) return;
  if (typeof policy !== 'object' || policy === null) throw new TypeError('policy: expected an object');
  const { initialPolicySet } = policy;
  if (
    initialPolicySet !== undefined &&
    !(Array.isArray(initialPolicySet) && initialPolicySet.every((oid) => typeof oid === 'string' && isOid(oid)))
  ) {
    throw new TypeError('policy.initialPolicySet: expected a list of object identifiers');
  }
  for (const name of ['initialExplicitPolicy', 'initialPolicyMappingInhibit', 'initialAnyPolicyInhibit'] as const) {
    const value: unknown = policy[name];
    if (value !== undefined && typeof value !== 'boolean')
      throw new TypeError(`policy.${name}: expected true or false`);
  }
}

export function checkCertificateRequest(request: CertificateRequest): void {
  if (typeof request !== 'object' || request === null) throw new TypeError('request: expected an object');
  octets(request.certificate, 'certificate');
  oneOf(request.profile, profileNames, 'profile');
  checkCommon(request);
  const { identity, keyUsage, extendedKeyUsage } = request;
  if (identity !== undefined) {
    if (typeof identity !== 'object' || identity === null) throw new TypeError('identity: expected { type, value }');
    if (identity.type === undefined) throw new TypeError('identity.type: expected dns, ip or mailbox');
    oneOf(identity.type, ['dns', 'ip', 'mailbox'], 'identity.type');
    if (typeof identity.value !== 'string') throw new TypeError('identity.value: expected a text');
  }
  names(keyUsage, 'keyUsage', 'a key usage of RFC 5280', (name) => keyUsageOf(name) !== undefined);
  names(
    extendedKeyUsage,
    'extendedKeyUsage',
    'a purpose by name or object identifier',
    (name) => purposeOid(name) !== undefined,
  );
}

const messageProfiles = ['smime', 'document', 'rfc5280'] as const;

/** All but the message itself, which a verifier of chunks gets later. */
export function checkMessageRequest(request: Omit<MessageRequest, 'message'>): void {
  if (typeof request !== 'object' || request === null) throw new TypeError('request: expected an object');
  oneOf(request.profile, messageProfiles, 'profile');
  checkCommon(request);
  if (request.content !== undefined) octets(request.content, 'content');
  const { from } = request;
  if (from !== undefined && from !== false && typeof from !== 'string')
    throw new TypeError('from: expected a mailbox or false');
}

function octetLists(value: unknown, name: string): void {
  if (value === undefined) return;
  if (!Array.isArray(value) || !value.every((item) => item instanceof Uint8Array)) {
    throw new TypeError(`${name}: expected a list of Uint8Array`);
  }
}

export function octets(value: unknown, name: string): void {
  if (!(value instanceof Uint8Array)) throw new TypeError(`${name}: expected a Uint8Array, found ${shown(value)}`);
}

function oneOf(value: unknown, allowed: readonly string[], name: string): void {
  if (value !== undefined && !(typeof value === 'string' && allowed.includes(value))) {
    throw new TypeError(`${name}: expected one of ${allowed.join(', ')}, found ${shown(value)}`);
  }
}

function names(value: unknown, name: string, expected: string, known: (text: string) => boolean): void {
  if (value === undefined) return;
  if (!Array.isArray(value)) throw new TypeError(`${name}: expected a list`);
  for (const item of value) {
    if (typeof item !== 'string' || !known(item))
      throw new TypeError(`${name}: expected ${expected}, found ${shown(item)}`);
  }
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value.slice(0, 80)}"` : value === null ? 'null' : typeof value;
}

type PathOptions = Pick<
  PathContext,
  | 'algorithms'
  | 'conformance'
  | 'validityModel'
  | 'maxIntermediates'
  | 'initialPolicySet'
  | 'initialExplicitPolicy'
  | 'initialPolicyMappingInhibit'
  | 'initialAnyPolicyInhibit'
>;

const onlyAnyPolicy: readonly string[] = [anyPolicy];

/** The request's options with their defaults, as path validation takes them. */
export function pathOptions(request: CommonRequest): PathOptions {
  const { policy } = request;
  return {
    algorithms: request.algorithms ?? 'modern',
    conformance: request.conformance ?? 'tolerant',
    validityModel: request.validityModel ?? 'shell',
    maxIntermediates: request.maxIntermediates,
    initialPolicySet: policy?.initialPolicySet ?? onlyAnyPolicy,
    initialExplicitPolicy: policy?.initialExplicitPolicy ?? false,
    initialPolicyMappingInhibit: policy?.initialPolicyMappingInhibit ?? false,
    initialAnyPolicyInhibit: policy?.initialAnyPolicyInhibit ?? false,
  };
}
