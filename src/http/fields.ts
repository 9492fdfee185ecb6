/**
 * The fields of requests, as schemas: what §3 of the contract calls them, as JSON and as query parameters carry them.
 * They are strict: a misspelt option that is silently ignored would be a check that is silently not made.
 * Octets stay text here; bytes.ts turns them into octets.
 */
import { z } from '@hono/zod-openapi';
import { keyUsageOf, purposeNames, purposeOid } from '../profile/purposes.js';
import { certificateProfiles, maximumCertificates, messageProfiles } from './choices.js';

const bytes = z.string().openapi({ description: 'PEM, or DER in base64', example: 'MIIB…' });
const dotted = z.string().regex(/^[0-2](\.\d+)+$/, 'a dotted object identifier');
const keyUsage = z
  .string()
  .refine((name) => keyUsageOf(name) !== undefined, 'a key usage of RFC 5280 §4.2.1.3')
  .openapi({ example: 'digitalSignature' });
const extendedKeyUsage = z
  .string()
  .refine((name) => purposeOid(name) !== undefined, `one of ${purposeNames.join(', ')}, or an object identifier`)
  .openapi({ example: 'serverAuth' });
const time = z.string().openapi({
  description: 'RFC 3339 with a zone, or a day (its last second in UTC; today means now)',
  example: '2023-05-31T12:00:00Z',
});

export const policyFields = z.strictObject({
  initialPolicySet: z.array(dotted).max(256).optional(),
  initialExplicitPolicy: z.boolean().optional(),
  initialPolicyMappingInhibit: z.boolean().optional(),
  initialAnyPolicyInhibit: z.boolean().optional(),
});

/** What certificate and message requests share. */
export const commonFields = {
  intermediates: z.array(bytes).max(maximumCertificates).optional(),
  crls: z.array(bytes).max(maximumCertificates).optional(),
  policy: policyFields.optional(),
  maxIntermediates: z.number().int().min(0).max(maximumCertificates).optional(),
  validityModel: z.enum(['shell', 'chain', 'hybrid']).optional(),
  revocation: z.enum(['require', 'known', 'off']).optional(),
  algorithms: z.enum(['modern', 'legacy']).optional(),
  conformance: z.enum(['tolerant', 'strict']).optional(),
  at: time.optional(),
  signedAfter: time.optional(),
  evidence: z.boolean().optional().openapi({ description: 'adds all that the verdict rests on, to be replayed' }),
};

export const identityFields = z.strictObject({
  type: z.enum(['dns', 'ip', 'mailbox']),
  value: z.string().max(2048),
});

export const certificateFields = z
  .strictObject({
    certificate: bytes,
    ...commonFields,
    profile: z.enum(certificateProfiles).optional(),
    identity: identityFields.optional(),
    keyUsage: z.array(keyUsage).max(32).optional(),
    extendedKeyUsage: z.array(extendedKeyUsage).max(256).optional(),
  })
  .openapi('CertificateRequest');

export const inspectFields = z.strictObject({ certificate: bytes }).openapi('InspectRequest');

export const messageFields = z
  .strictObject({
    message: bytes.openapi({ description: 'the message in base64, or PEM' }),
    content: z.string().optional().openapi({ description: 'base64: the content of a detached signature' }),
    ...commonFields,
    profile: z.enum(messageProfiles).optional(),
    from: z.union([z.string().max(2048), z.literal(false)]).optional(),
  })
  .openapi('MessageRequest');

export type CertificateFields = z.infer<typeof certificateFields>;
export type MessageFields = z.infer<typeof messageFields>;
export type CommonFields = Pick<CertificateFields, keyof typeof commonFields>;
