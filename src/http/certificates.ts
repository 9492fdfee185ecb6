/** `POST /v1/certificates/verify` and `/inspect`: JSON, or the certificate itself with the options as query. */

import { verifyCertificate } from '../verify/certificate.js';
import { inspectCertificate } from '../verify/inspect.js';
import type { CertificateRequest, Verdict } from '../verify/types.js';
import { jsonResponse, refuseUnreadable, verdictText } from './answer.js';
import { limits, parseJson, requireContentType, withBody } from './body.js';
import { certificateFields, inspectFields } from './fields.js';
import { Problem } from './problem.js';
import { fieldsOfQuery } from './query.js';
import { certificateRequest, check, type ReadRequest, readBytes, readCertificateFields } from './read-fields.js';
import type { CountingService } from './service.js';

export const certificateTypes = ['application/json', 'application/pkix-cert', 'application/pem-certificate-chain'];

const queryFields = certificateFields.omit({ certificate: true });

const limitOf = (type: string): number =>
  type === 'application/json' ? limits.json : type === 'application/pkix-cert' ? limits.certificate : limits.chain;

export async function verifyCertificateRoute(request: Request, service: CountingService): Promise<Response> {
  const type = requireContentType(request, certificateTypes);
  return withBody(request, limitOf(type), async (body) => {
    const now = service.now();
    const read: ReadRequest<CertificateRequest> =
      type === 'application/json'
        ? readCertificateFields(requireNoQuery(request, parseJson(body)), now)
        : certificateRequest(requireBody(body), check(queryFields, fieldsOfQuery(queryOf(request))), now);
    const verdict = verifyCertificate(read.request, service.trust(), read.time);
    return jsonResponse(await certificateText(read, verdict, service));
  });
}

export function certificateText(
  { request, time, evidence }: ReadRequest<CertificateRequest>,
  verdict: Verdict,
  service: CountingService,
): Promise<string> {
  const wanted = evidence ? { judged: { kind: 'certificate' as const, request, verdict }, time } : undefined;
  return verdictText(verdict, service, request.certificate, wanted);
}

export async function inspectRoute(request: Request, service: CountingService): Promise<Response> {
  const type = requireContentType(request, certificateTypes);
  return withBody(request, limitOf(type), (body) => {
    const certificate =
      type === 'application/json'
        ? readBytes(check(inspectFields, parseJson(body)).certificate, 'certificate', 'certificate_malformed')
        : requireBody(body);
    const report = inspectCertificate(certificate, service.trust());
    refuseUnreadable(report.findings, certificate);
    return jsonResponse(JSON.stringify(report));
  });
}

/** Without parsing the rest of the URL, which no route looks at. */
export function queryOf({ url }: Request): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
}

function requireBody(body: Uint8Array): Uint8Array {
  if (body.length > 0) return body;
  throw new Problem('certificate_malformed', 'expected an X.509 certificate as DER or PEM, found nothing (0 octets)');
}

/** Options beside a JSON body would be ignored, and an ignored option is a check not made. */
export function requireNoQuery(request: Request, body: unknown): unknown {
  const [name] = queryOf(request).keys();
  if (name === undefined) return body;
  throw new Problem('request_malformed', 'expected options in the JSON body, found them in the query', {
    field: name.replace(/[^\w-]/g, '?').slice(0, 40),
  });
}
