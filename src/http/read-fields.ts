/**
 * Turns the fields of a request, from JSON or from a query, into the request and the time of the library's contract.
 * Everything that does not fit is a Problem that names the field, what was expected and what came.
 */
import type { z } from '@hono/zod-openapi';
import type { CertificateRequest, CommonRequest, MessageRequest, ValidationTime } from '../verify/types.js';
import { decodeBase64 } from '../x509/pem.js';
import {
  type CertificateFields,
  type CommonFields,
  certificateFields,
  type MessageFields,
  messageFields,
} from './fields.js';
import { Problem, type ProblemCode } from './problem.js';
import { readTime } from './time.js';

export interface ReadRequest<T> {
  request: T;
  time: ValidationTime;
  /** The answer shall carry the evidence. */
  evidence: boolean;
}

type MessageOptions = Omit<MessageRequest, 'message'>;

/** Checks a value against a schema; the first defect becomes the problem. */
export function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (issue === undefined) throw new Problem('request_malformed', 'expected the fields of the contract');
  if (issue.code === 'unrecognized_keys') {
    const field = [...issue.path, issue.keys[0] ?? ''].join('.');
    throw new Problem('request_malformed', `expected no field beyond the contract's, found "${safe(field)}"`, {
      field: safe(field),
    });
  }
  const field = issue.path.join('.');
  throw new Problem('request_malformed', sentence(issue, field, value), field === '' ? {} : { field });
}

function sentence(issue: z.core.$ZodIssue, field: string, value: unknown): string {
  const found = describe(issue.path.reduce<unknown>(member, value));
  const where = field === '' ? 'the body' : `"${field}"`;
  switch (issue.code) {
    case 'invalid_type':
      return `${where}: expected ${typeNames[issue.expected] ?? issue.expected}, found ${found}`;
    case 'invalid_value':
      return `${where}: expected one of ${issue.values.join(', ')}; found ${found}`;
    case 'too_big':
      return `${where}: expected at most ${issue.maximum}${issue.origin === 'number' ? '' : ' items or characters'}, found more`;
    case 'too_small':
      return `${where}: expected at least ${issue.minimum}, found less`;
    case 'custom':
    case 'invalid_format':
      return `${where}: expected ${issue.message}, found ${found}`;
    default:
      return `${where}: expected what the contract names, found ${found}`;
  }
}

const typeNames: Record<string, string> = {
  object: 'an object',
  string: 'a text',
  array: 'a list',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

const member = (holder: unknown, key: PropertyKey): unknown =>
  typeof holder === 'object' && holder !== null ? (holder as Record<PropertyKey, unknown>)[key] : undefined;

/** Short words of a fixed alphabet are repeated, since they are what was misspelt; anything else is named by its type. */
function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return /^[\w.-]{1,40}$/.test(value) ? `"${value}"` : 'a text';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

const safe = (text: string): string => text.replace(/[^\w.[\]-]/g, '?').slice(0, 80);

/** The octets of a text: PEM as it stands, otherwise base64. */
export function readBytes(text: string, field: string, code: ProblemCode = 'request_malformed'): Uint8Array {
  if (text.includes('-----BEGIN ')) return new Uint8Array(Buffer.from(text, 'utf8'));
  const octets = text === '' ? undefined : decodeBase64(text);
  if (octets !== undefined) return octets;
  const found = text === '' ? 'nothing' : 'a text that is neither';
  throw new Problem(code, `"${field}": expected PEM, or DER in base64; found ${found}`, { field });
}

export function readCertificateFields(value: unknown, now: Date): ReadRequest<CertificateRequest> {
  const fields = check(certificateFields, value);
  const certificate = readBytes(fields.certificate, 'certificate', 'certificate_malformed');
  return certificateRequest(certificate, fields, now);
}

export function certificateRequest(
  certificate: Uint8Array,
  fields: Omit<CertificateFields, 'certificate'>,
  now: Date,
): ReadRequest<CertificateRequest> {
  const { profile, identity, keyUsage, extendedKeyUsage } = fields;
  const request = { certificate, ...readCommon(fields), profile, identity, keyUsage, extendedKeyUsage };
  return { request, time: readTimes(fields, now), evidence: fields.evidence === true };
}

export function readMessageFields(value: unknown, now: Date): ReadRequest<MessageRequest> {
  const fields = check(messageFields, value);
  const message = readBytes(fields.message, 'message', 'cms_malformed');
  const content = fields.content === undefined ? undefined : readBytes(fields.content, 'content');
  const { request, ...rest } = messageOptions(fields, now);
  return { request: { ...request, message, content }, ...rest };
}

export function messageOptions(
  fields: Omit<MessageFields, 'message' | 'content'>,
  now: Date,
): ReadRequest<MessageOptions> {
  const { profile, from } = fields;
  const request = { ...readCommon(fields), profile, from };
  return { request, time: readTimes(fields, now), evidence: fields.evidence === true };
}

function readCommon(fields: CommonFields): CommonRequest {
  const { policy, maxIntermediates, validityModel, revocation, algorithms, conformance } = fields;
  const list = (name: 'intermediates' | 'crls') =>
    fields[name]?.map((text, index) => readBytes(text, `${name}.${index}`));
  return {
    intermediates: list('intermediates'),
    crls: list('crls'),
    policy,
    maxIntermediates,
    validityModel,
    revocation,
    algorithms,
    conformance,
  };
}

function readTimes(fields: { at?: string | undefined; signedAfter?: string | undefined }, now: Date): ValidationTime {
  const read = (field: 'at' | 'signedAfter'): Date | undefined => {
    const text = fields[field];
    if (text === undefined) return undefined;
    const result = readTime(text, now);
    if (result.ok) return result.value;
    throw new Problem('request_malformed', `"${field}": expected ${result.expected}, found ${result.found}`, { field });
  };
  const [at, signedAfter] = [read('at'), read('signedAfter')];
  if (signedAfter !== undefined && signedAfter > (at ?? now)) {
    throw new Problem('request_malformed', '"signedAfter": expected a time not later than "at", found a later one', {
      field: 'signedAfter',
    });
  }
  return { now, at, signedAfter };
}
