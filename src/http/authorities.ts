/** `/v1/authorities`: what was published of each authority, against the certificate that is installed. */

import { sha256Hex } from '../crypto/digest.js';
import { toHex } from '../der/octets.js';
import { formatTime } from '../der/time.js';
import { formatName } from '../names/format-name.js';
import { readCertificates } from '../verify/input.js';
import { parseCertificate } from '../x509/certificate.js';
import { jsonResponse } from './answer.js';
import { limits, requireContentType, withBody } from './body.js';
import { conditional } from './caching.js';
import { Problem } from './problem.js';
import { inWords, recognise } from './recognise.js';
import type { AuthorityState, Service } from './service.js';

export function findAuthority(service: Service, id: string): AuthorityState {
  const state = service.authorities().find(({ authority }) => authority.id === id);
  if (state !== undefined) return state;
  throw new Problem('not_found', 'no catalogue names an authority with this id', { field: 'id' });
}

/** An authority as the API and `authorities --json` show it. */
export function authorityReport(state: AuthorityState) {
  const { catalogue, authority, der, differences, used } = state;
  const { id, name, role, issuesFor, distrustAfter, confirmed, ...published } = authority;
  const parsed = der === undefined ? undefined : parseCertificate(der);
  return {
    id,
    catalogue: catalogue.id,
    name,
    role,
    issuesFor,
    published,
    ...(distrustAfter === undefined ? {} : { distrustAfter: formatTime(distrustAfter) }),
    confirmed,
    installed: der !== undefined,
    used,
    ...(der === undefined || parsed?.ok !== true
      ? {}
      : {
          certificate: {
            subject: formatName(parsed.value.subject),
            issuer: formatName(parsed.value.issuer),
            serialNumber: toHex(parsed.value.serialNumber),
            sha256: sha256Hex(der),
            notBefore: formatTime(parsed.value.notBefore),
            notAfter: formatTime(parsed.value.notAfter),
          },
        }),
    differences,
  };
}

export function listAuthorities(service: Service): Response {
  return jsonResponse(JSON.stringify({ authorities: service.authorities().map(authorityReport) }));
}

export function oneAuthority(service: Service, id: string): Response {
  return jsonResponse(JSON.stringify(authorityReport(findAuthority(service, id))));
}

export function authorityCertificate(request: Request, service: Service, id: string): Response {
  const { der } = findAuthority(service, id);
  if (der === undefined) throw new Problem('not_found', 'the certificate of this authority is not installed');
  const headers = { 'content-type': 'application/pkix-cert', 'cache-control': 'public, max-age=3600' };
  return conditional(request, der, { etag: `"${sha256Hex(der)}"`, headers });
}

export const authorityTypes = [
  'application/pkix-cert',
  'application/x-x509-ca-cert',
  'application/pem-certificate-chain',
  'application/x-pem-file',
  'application/octet-stream',
];

export async function putAuthority(request: Request, service: Service, id: string): Promise<Response> {
  const { authority } = findAuthority(service, id);
  requireContentType(request, authorityTypes);
  return withBody(request, 2 * limits.certificate, async (body) => {
    const blocks = readCertificates(body);
    if (!blocks.ok || blocks.value.length !== 1) {
      const found = blocks.ok ? `${blocks.value.length} of them` : inWords[recognise(body)];
      throw new Problem('certificate_malformed', `expected one certificate as DER or PEM, found ${found}`);
    }
    const outcome = await service.install(blocks.value[0] as Uint8Array, authority.id);
    if (outcome.ok) return new Response(null, { status: 204 });
    throw new Problem(outcome.problem === 'malformed' ? 'certificate_malformed' : 'pin_differs', outcome.detail);
  });
}
