/** The OpenAPI 3.1 document, from the table of routes and from the same schemas that read the requests. */
import { type OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import { problemAnswer } from './answers.js';
import type { Route } from './routes.js';

const octets = { schema: { type: 'string' as const, format: 'binary' } };
const form = {
  schema: z.object({
    message: z.string().openapi({ format: 'binary' }),
    content: z.string().optional().openapi({ format: 'binary', description: 'the content of a detached signature' }),
  }),
};
const texts: Record<string, string> = {
  dns: 'identity: host name',
  ip: 'identity: IP address',
  mailbox: 'identity: mailbox',
  number: 'CRL number, decimal',
  sha256: 'SHA-256 of the CRL, hexadecimal',
  kind: 'base (default) or delta',
  authority: "an authority's id",
  history: 'true or false (default)',
};

type App = Pick<OpenAPIHono, 'openAPIRegistry' | 'getOpenAPI31Document'>;

export function registerPath(app: App, route: Route): void {
  const names = (route.queryNames ?? []).map((name) => [
    name,
    z
      .string()
      .optional()
      .openapi({ description: texts[name] ?? name }),
  ]);
  const query = z.object({ ...route.query?.shape, ...Object.fromEntries(names) });
  const request: RouteConfig['request'] = {
    ...(route.path.includes('{id}') ? { params: z.object({ id: z.string() }) } : {}),
    ...(Object.keys(query.shape).length === 0 ? {} : { query }),
    ...(route.accepts === undefined ? {} : { body: { content: bodyContent(route), required: true } }),
  };
  const content = route.answer && { [route.answer.type]: { schema: route.answer.schema ?? octets.schema } };
  app.openAPIRegistry.registerPath({
    method: route.method,
    path: route.path,
    summary: route.summary,
    ...(route.admin === true ? { security: [{ admin: [] }] } : {}),
    request,
    responses: {
      ...(route.noContent === true ? { 204: { description: 'done' } } : {}),
      ...(content === undefined ? {} : { 200: { description: 'the answer', content } }),
      default: { description: 'a problem', content: { 'application/problem+json': { schema: problemAnswer } } },
    },
  });
}

function bodyContent(route: Route) {
  return Object.fromEntries(
    (route.accepts ?? []).map((type) => {
      if (type === 'application/json' && route.json !== undefined) return [type, { schema: route.json }];
      return [type, type === 'multipart/form-data' ? form : octets];
    }),
  );
}

export function openApiDocument(app: App, version: string) {
  app.openAPIRegistry.registerComponent('securitySchemes', 'admin', { type: 'http', scheme: 'bearer' });
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'unify-pki',
      version,
      description:
        'Says whether certificates and signed messages of a private PKI are good, now or at a time in the past.',
      license: { name: 'Apache-2.0' },
    },
  });
}
