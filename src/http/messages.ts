/**
 * `POST /v1/messages/verify`. A raw message goes through the verifier chunk by chunk and is never held as a whole; a form
 * with the parts `message` and `content` is, because a detached signature needs both.
 */

import { createMessageVerifier, verifyMessage } from '../verify/message.js';
import type { MessageRequest } from '../verify/types.js';
import { jsonResponse, verdictText } from './answer.js';
import { bodyChunks, limits, requireContentType, withBody } from './body.js';
import { queryOf } from './certificates.js';
import { messageFields } from './fields.js';
import { Problem } from './problem.js';
import { fieldsOfQuery } from './query.js';
import { check, messageOptions, type ReadRequest } from './read-fields.js';
import type { CountingService } from './service.js';

const form = 'multipart/form-data';
export const messageTypes = [
  'message/rfc822',
  'application/pkcs7-mime',
  'application/pkcs7-signature',
  'application/x-pkcs7-mime',
  'application/x-pkcs7-signature',
  form,
];

const queryFields = messageFields.omit({ message: true, content: true });
/** Boundaries and part headers beside the 128 MiB of a message. */
const formOverhead = 64 * 1024;

export async function verifyMessageRoute(request: Request, service: CountingService): Promise<Response> {
  const type = requireContentType(request, messageTypes);
  const fields = check(queryFields, fieldsOfQuery(queryOf(request)));
  const { request: options, ...rest } = messageOptions(fields, service.now());
  if (type === form || rest.evidence) {
    const header = request.headers.get('content-type') ?? form;
    return withBody(request, limits.message + (type === form ? formOverhead : 0), async (body) => {
      const parts = type === form ? await readForm(body, header) : { message: body, content: undefined };
      return jsonResponse(await messageText({ request: { ...options, ...parts }, ...rest }, service));
    });
  }
  const verifier = createMessageVerifier(options, service.trust(), rest.time);
  let head: Uint8Array | undefined;
  for await (const chunk of bodyChunks(request, limits.message)) {
    head ??= chunk;
    verifier.update(chunk);
  }
  if (head === undefined) throw new Problem('request_malformed', 'expected a signed message, found nothing (0 octets)');
  return jsonResponse(await verdictText(verifier.finish(), service, head));
}

export function messageText(
  { request, time, evidence }: ReadRequest<MessageRequest>,
  service: CountingService,
): Promise<string> {
  const verdict = verifyMessage(request, service.trust(), time);
  const wanted = evidence ? { judged: { kind: 'message' as const, request, verdict }, time } : undefined;
  return verdictText(verdict, service, request.message, wanted);
}

async function readForm(
  body: Uint8Array<ArrayBuffer>,
  header: string,
): Promise<{ message: Uint8Array; content: Uint8Array | undefined }> {
  let parts: FormData;
  try {
    parts = await new Response(body, { headers: { 'content-type': header } }).formData();
  } catch {
    throw new Problem(
      'request_malformed',
      'expected a form with the parts message and content, found no readable form',
    );
  }
  for (const name of parts.keys()) {
    if (name === 'message' || name === 'content') continue;
    throw new Problem('request_malformed', 'expected the parts message and content, found another', {
      field: name.replace(/[^\w-]/g, '?').slice(0, 40),
    });
  }
  const message = await octetsOf(parts, 'message');
  if (message === undefined) {
    throw new Problem('request_malformed', 'expected a part named message, found none', { field: 'message' });
  }
  return { message, content: await octetsOf(parts, 'content') };
}

async function octetsOf(parts: FormData, name: string): Promise<Uint8Array | undefined> {
  const values = parts.getAll(name);
  if (values.length > 1) {
    throw new Problem('request_malformed', 'expected the part once, found it several times', { field: name });
  }
  const [value] = values;
  if (value === undefined) return undefined;
  return typeof value === 'string' ? new TextEncoder().encode(value) : new Uint8Array(await value.arrayBuffer());
}
