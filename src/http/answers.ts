/** The answers of the service as schemas, for the OpenAPI document. Their names and meaning are the library's contract. */
import { z } from '@hono/zod-openapi';

const status = z.enum(['valid', 'invalid', 'indeterminate']);
const base64 = z.string().openapi({ description: 'base64 of DER' });
const time = z.iso.datetime();
const sha256 = z.string().openapi({ description: 'SHA-256, lower-case hexadecimal' });

export const findingAnswer = z
  .object({
    code: z.string().openapi({ description: 'stable; `unify-pki explain CODE` tells more' }),
    severity: z.enum(['error', 'warning', 'info']),
    certificate: z.number().int().optional().openapi({ description: '0-based index in paths[0], 0 = end entity' }),
    rfc: z.string().optional(),
    message: z.string(),
    params: z.record(z.string(), z.unknown()).optional(),
  })
  .openapi('Finding');

const certificateSummary = z
  .object({
    subject: z.string(),
    issuer: z.string(),
    serialNumber: z.string(),
    sha256,
    notBefore: time,
    notAfter: time,
    authority: z.string().optional(),
  })
  .openapi('CertificateSummary');

const anchor = z.object({
  subject: z.string(),
  sha256,
  authority: z.string().optional(),
  kind: z.enum(['anchor', 'pinned']),
});

const pathReport = z
  .object({ certificates: z.array(certificateSummary), anchor: anchor.optional(), findings: z.array(findingAnswer) })
  .openapi('PathReport');

const revocationReport = z
  .object({
    certificate: z.number().int(),
    status: z.enum(['good', 'revoked', 'unknown']),
    why: z.string().optional(),
    reason: z.string().optional(),
    revocationDate: time.optional(),
    invalidityDate: time.optional(),
    evidence: z
      .object({
        kind: z.enum(['crl', 'ocsp']),
        sha256,
        crlNumber: z.string().optional(),
        thisUpdate: time,
        nextUpdate: time.optional(),
      })
      .optional(),
  })
  .openapi('RevocationReport');

const etsi = z.object({
  indication: z.enum(['PASSED', 'FAILED', 'TOTAL_PASSED', 'TOTAL_FAILED', 'INDETERMINATE']),
  subIndication: z.string().optional(),
});

const outcome = {
  schema: z.literal(1),
  status,
  etsi,
  findings: z.array(findingAnswer).openapi({ description: 'most telling first' }),
  missing: z.array(
    z.object({
      kind: z.enum(['authority', 'crl', 'issuer']),
      name: z.string(),
      urls: z.array(z.string()),
      retryAfter: time.optional(),
    }),
  ),
  discovered: z.object({ authorities: z.array(base64), crls: z.array(base64) }),
  time: z.object({ now: time, at: time, basis: z.enum(['now', 'attested', 'timestamp']) }),
  engineVersion: z.string(),
  trustVersion: z.string(),
  evidence: z.object({}).loose().optional().openapi({ description: 'on request: for `unify-pki replay`' }),
};

export const verdictAnswer = z
  .object({
    ...outcome,
    paths: z.array(pathReport).openapi({ description: 'every path tried; the status speaks of the first' }),
    revocation: z.array(revocationReport),
  })
  .openapi('Verdict');

const timestampReport = z.object({
  kind: z.enum(['signature', 'content']),
  status,
  time: time.optional(),
  findings: z.array(findingAnswer),
  trust: verdictAnswer.optional(),
});

const signerVerdict = z
  .object({
    status,
    findings: z.array(findingAnswer),
    signature: z.object({ status, digestAlgorithm: z.string(), signatureAlgorithm: z.string() }),
    trust: verdictAnswer,
    identity: z.object({ status, mailboxes: z.array(z.string()), compared: z.string().optional() }),
    certificate: certificateSummary.optional(),
    claimedSigningTime: time.optional(),
    wouldBe: z.object({ at: time, status, etsi }).optional(),
    timestamps: z.array(timestampReport),
  })
  .openapi('SignerVerdict');

export const messageVerdictAnswer = z
  .object({
    ...outcome,
    signers: z.array(signerVerdict),
    nested: z.object({}).loose().optional().openapi({ description: 'a MessageVerdict: a signature inside' }),
  })
  .openapi('MessageVerdict');

export const certificateReportAnswer = z.object({}).loose().openapi('CertificateReport');

export const authorityAnswer = z
  .object({
    id: z.string(),
    catalogue: z.string(),
    name: z.string(),
    role: z.enum(['root', 'issuing']),
    issuesFor: z.array(z.string()),
    published: z.object({}).loose().openapi({ description: 'the facts that the catalogue states' }),
    installed: z.boolean(),
    used: z.boolean().openapi({ description: 'false where it is not installed, or the published facts differ' }),
    certificate: certificateSummary.partial().optional(),
    differences: z.array(z.object({ fact: z.string(), published: z.string(), found: z.string() })),
  })
  .openapi('Authority');

export const crlAnswer = z
  .object({
    sha256,
    issuer: z.string(),
    authority: z.string().optional(),
    catalogue: z.string().optional(),
    number: z.string().optional(),
    kind: z.enum(['base', 'delta']),
    state: z.enum(['accepted', 'archived', 'quarantined']),
    current: z.boolean(),
    stale: z.boolean(),
    thisUpdate: time,
    nextUpdate: time.optional(),
    entries: z.number().int(),
    size: z.number().int(),
    provenance: z.string(),
    addedAt: time,
    notes: z.array(z.string()),
  })
  .openapi('Crl');

export const problemAnswer = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string(),
    field: z.string().optional(),
    instance: z.string().optional(),
  })
  .openapi('Problem', { description: 'RFC 9457' });
