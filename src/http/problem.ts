/**
 * Requests that cannot be answered with a verdict, as RFC 9457 problem documents. The `type` of each is stable: clients
 * may compare it. `detail` says what was expected and what came; it never repeats what was sent, which may be a key.
 */

/** Every problem that this service answers with: status and title. */
export const problems = {
  request_malformed: { status: 400, title: 'The request cannot be read' },
  certificate_malformed: { status: 400, title: 'The certificate cannot be read' },
  cms_malformed: { status: 400, title: 'The signed message cannot be read' },
  crl_malformed: { status: 400, title: 'The CRL cannot be read' },
  unauthorized: { status: 401, title: 'The administrator token is missing or wrong' },
  admin_closed: { status: 403, title: 'Administration is closed' },
  not_found: { status: 404, title: 'There is nothing here' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  too_large: { status: 413, title: 'The request is too large' },
  content_type_unsupported: { status: 415, title: 'The content type is not supported' },
  pin_differs: { status: 422, title: 'The certificate is not the one that the catalogue names' },
  crl_refused: { status: 422, title: 'The CRL is not accepted' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Internal error' },
  overloaded: { status: 503, title: 'The service is busy' },
  store_unavailable: { status: 503, title: 'The store cannot be reached' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** The finding or problem code, the last part of `type`. */
  code: ProblemCode;
  /** The field at fault: its path in the JSON body, or the query parameter. */
  field?: string;
  /** urn:uuid of the request, which the log names too. */
  instance?: string;
}

/** Thrown by the readers of requests and turned into an answer in one place. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly field: string | undefined;
  readonly headers: Record<string, string>;

  constructor(
    code: ProblemCode,
    detail: string,
    options: { field?: string | undefined; headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.name = 'Problem';
    this.code = code;
    this.field = options.field;
    this.headers = options.headers ?? {};
  }
}

export function problemDocument(problem: Problem, requestId?: string): ProblemDocument {
  const { status, title } = problems[problem.code];
  return {
    type: `urn:unify-pki:problem:${problem.code}`,
    title,
    status,
    detail: problem.message,
    code: problem.code,
    ...(problem.field === undefined ? {} : { field: problem.field }),
    ...(requestId === undefined ? {} : { instance: `urn:uuid:${requestId}` }),
  };
}

export function problemResponse(problem: Problem, requestId?: string): Response {
  const { status } = problems[problem.code];
  return new Response(JSON.stringify(problemDocument(problem, requestId)), {
    status,
    headers: { 'content-type': 'application/problem+json', ...problem.headers },
  });
}
