/**
 * The HTTP service as a function of its dependencies: no clock, no configuration, no socket of its own, so that tests and
 * the demo start the very same thing. Every error becomes problem+json here; the log names routes, never their content.
 */
import { randomUUID } from 'node:crypto';
import { OpenAPIHono } from '@hono/zod-openapi';
import { rateLimiter } from 'hono-rate-limiter';
import { StoreError } from '../store/port.js';
import { engineVersion } from '../verify/version.js';
import { adminCheck } from './admin.js';
import { jsonResponse } from './answer.js';
import { docsPage, docsPolicy, docsStyle } from './docs.js';
import { createMetrics } from './metrics.js';
import { openApiDocument, registerPath } from './openapi.js';
import { Problem, problemResponse } from './problem.js';
import { type Route, routes } from './routes.js';
import type { Service } from './service.js';

/** What the log needs; pino fits. */
export interface Log {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export interface AppDependencies {
  readonly service: Service;
  readonly log: Log;
  /** Administration is closed without one. */
  readonly adminToken?: string;
  /** Requests per minute and client address. */
  readonly rateLimit?: number;
}

interface Env {
  Variables: { requestId: string };
  Bindings: {
    incoming?: { socket: { remoteAddress?: string } };
    outgoing?: { setHeader(name: string, value: string): void };
  };
}

export function createApp(dependencies: AppDependencies): OpenAPIHono<Env> {
  const { service, log } = dependencies;
  const app = new OpenAPIHono<Env>();
  const metrics = createMetrics(service);
  const counting = { ...service, count: metrics.verdict };
  const requireAdmin = adminCheck(dependencies.adminToken);

  app.use(async (c, next) => {
    const requestId = randomUUID();
    c.set('requestId', requestId);
    // On the socket's own response: the one from the route stays as it is, which spares a copy of its body.
    c.env?.outgoing?.setHeader('x-request-id', requestId);
    const start = performance.now();
    await next();
    const { status } = c.res;
    const milliseconds = performance.now() - start;
    const { method, routePath: route } = c.req;
    metrics.request({ method, route, status: String(status) }, milliseconds);
    log.info({ requestId, method, route, status, milliseconds: Math.round(milliseconds) }, 'request');
  });
  if (dependencies.rateLimit !== undefined) app.use('/v1/*', limiter(dependencies.rateLimit));

  for (const route of routes) {
    registerPath(app, route);
    app.on(route.method.toUpperCase(), honoPath(route), (c) => {
      if (route.admin === true) requireAdmin(c.req.raw);
      return route.handle(c.req.raw, counting, c.req.param('id') ?? '');
    });
  }
  addOperations(app, service);
  app.get('/metrics', async () => {
    const { contentType } = metrics.registry;
    return new Response(await metrics.registry.metrics(), { headers: { 'content-type': contentType } });
  });
  addMethodGuards(app);

  app.notFound((c) => problemResponse(new Problem('not_found', 'no route has this path'), c.get('requestId')));
  app.onError((error, c) => {
    const requestId = c.get('requestId');
    if (error instanceof Problem) return problemResponse(error, requestId);
    if (error instanceof StoreError && error.code === 'unavailable') {
      const problem = new Problem('store_unavailable', 'try again; certificates and messages are verified meanwhile', {
        headers: { 'retry-after': '5' },
      });
      return problemResponse(problem, requestId);
    }
    // The message of an unforeseen error may carry input; its stack names our own lines.
    log.error({ requestId, error: error.name, stack: error.stack?.split('\n').slice(1, 6) }, 'unforeseen error');
    return problemResponse(
      new Problem('internal_error', 'the log names what happened under this request id'),
      requestId,
    );
  });
  return app;
}

const honoPath = (route: Route): string => route.path.replace('{id}', ':id');

function addOperations(app: OpenAPIHono<Env>, service: Service): void {
  app.get('/healthz', () => jsonResponse('{"status":"ok"}'));
  app.get('/readyz', () => {
    const { ready, notes } = service.readiness();
    const body = { status: ready ? 'ready' : 'not ready', notes, trustVersion: service.trust().version };
    return jsonResponse(JSON.stringify(body), ready ? 200 : 503);
  });
  let document: string | undefined;
  app.get('/openapi.json', () => {
    document ??= JSON.stringify(openApiDocument(app as unknown as OpenAPIHono, engineVersion));
    return jsonResponse(document);
  });
  const html = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': docsPolicy };
  app.get('/docs', () => new Response(docsPage(engineVersion), { headers: html }));
  app.get('/docs/style.css', () => new Response(docsStyle, { headers: { 'content-type': 'text/css' } }));
  app.get('/', (c) => c.redirect('/docs'));
}

/** A known path with another method: 405 with what is allowed (RFC 9110 §15.5.6). */
function addMethodGuards(app: OpenAPIHono<Env>): void {
  const allowed = new Map<string, string[]>();
  for (const route of routes) {
    const methods = allowed.get(honoPath(route)) ?? [];
    methods.push(...(route.method === 'get' ? ['GET', 'HEAD'] : [route.method.toUpperCase()]));
    allowed.set(honoPath(route), methods);
  }
  for (const [path, methods] of allowed) {
    app.all(path, () => {
      throw new Problem('method_not_allowed', `expected ${methods.join(', ')}`, {
        headers: { allow: methods.join(', ') },
      });
    });
  }
}

function limiter(limit: number) {
  return rateLimiter<Env>({
    windowMs: 60_000,
    limit,
    keyGenerator: (c) => c.env.incoming?.socket.remoteAddress ?? 'unknown',
    handler: (c) =>
      problemResponse(
        new Problem('too_many_requests', `expected at most ${limit} requests per minute`),
        c.get('requestId'),
      ),
  });
}
