/**
 * The table of routes: method, path, handler, and what the OpenAPI document says of each. A route that is not in the
 * table does not exist; one that is has its description.
 */
import type { z } from '@hono/zod-openapi';
import { authorityAnswer, certificateReportAnswer, crlAnswer, messageVerdictAnswer, verdictAnswer } from './answers.js';
import { authorityCertificate, authorityTypes, listAuthorities, oneAuthority, putAuthority } from './authorities.js';
import { batchRoute } from './batch.js';
import { certificateTypes, inspectRoute, verifyCertificateRoute } from './certificates.js';
import { crlTypes, listCrls, mirror, postCrl, refreshCrls } from './crls.js';
import { certificateFields, inspectFields, messageFields } from './fields.js';
import { messageTypes, verifyMessageRoute } from './messages.js';
import type { CountingService } from './service.js';

export interface Route {
  readonly method: 'get' | 'post' | 'put';
  /** With parameters as `{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly admin?: true;
  readonly handle: (request: Request, service: CountingService, id: string) => Response | Promise<Response>;
  /** Content types of the body; JSON with a schema. */
  readonly accepts?: readonly string[];
  readonly json?: z.ZodType;
  /** Options as query parameters, beside a raw body. */
  readonly query?: z.ZodObject;
  readonly queryNames?: readonly string[];
  readonly answer?: { readonly type: string; readonly schema?: z.ZodType };
  readonly noContent?: true;
}

const json = (schema: z.ZodType) => ({ type: 'application/json', schema });

export const routes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/certificates/verify',
    summary: 'Is this certificate good, for what is asked, now or at a time?',
    handle: verifyCertificateRoute,
    accepts: certificateTypes,
    json: certificateFields,
    query: certificateFields.omit({ certificate: true, identity: true, policy: true }),
    queryNames: ['dns', 'ip', 'mailbox'],
    answer: json(verdictAnswer),
  },
  {
    method: 'post',
    path: '/v1/certificates/inspect',
    summary: "A certificate's fields, extensions and fingerprints, and the pins that it matches",
    handle: inspectRoute,
    accepts: certificateTypes,
    json: inspectFields,
    answer: json(certificateReportAnswer),
  },
  {
    method: 'post',
    path: '/v1/messages/verify',
    summary: 'Is this signed message good? A form has the parts message and content',
    handle: verifyMessageRoute,
    accepts: messageTypes,
    query: messageFields.omit({ message: true, content: true, policy: true }),
    answer: json(messageVerdictAnswer),
  },
  {
    method: 'post',
    path: '/v1/batch',
    summary: 'One JSON request per line, one JSON answer per line, in order',
    handle: batchRoute,
    accepts: ['application/x-ndjson'],
    answer: { type: 'application/x-ndjson' },
  },
  {
    method: 'get',
    path: '/v1/authorities',
    summary: 'Published facts against the installed certificates',
    handle: (_, service) => listAuthorities(service),
    answer: json(authorityAnswer),
  },
  {
    method: 'get',
    path: '/v1/authorities/{id}',
    summary: 'One authority',
    handle: (_, service, id) => oneAuthority(service, id),
    answer: json(authorityAnswer),
  },
  {
    method: 'get',
    path: '/v1/authorities/{id}/certificate',
    summary: 'Its certificate, DER',
    handle: authorityCertificate,
    answer: { type: 'application/pkix-cert' },
  },
  {
    method: 'put',
    path: '/v1/authorities/{id}/certificate',
    summary: 'Installs exactly the certificate that the catalogue pins',
    admin: true,
    handle: putAuthority,
    accepts: authorityTypes,
    noContent: true,
  },
  {
    method: 'get',
    path: '/v1/authorities/{id}/crl',
    summary: 'A mirror of its distribution point: the current CRL, or one by number or sha256',
    handle: mirror,
    queryNames: ['number', 'sha256', 'kind'],
    answer: { type: 'application/pkix-crl' },
  },
  {
    method: 'get',
    path: '/v1/crls',
    summary: 'The CRLs held: the current ones, or with history=true all',
    handle: listCrls,
    queryNames: ['authority', 'history'],
    answer: json(crlAnswer),
  },
  {
    method: 'post',
    path: '/v1/crls',
    summary: 'Imports a CRL, current or historic',
    admin: true,
    handle: postCrl,
    accepts: crlTypes,
    answer: { type: 'application/json' },
  },
  {
    method: 'post',
    path: '/v1/crls/refresh',
    summary: 'Fetches what is due now',
    admin: true,
    handle: (_, service) => refreshCrls(service),
    answer: { type: 'application/json' },
  },
];
