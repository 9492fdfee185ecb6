/** `/docs`: the routes on one page, without a script and without anything from elsewhere. */
import { type Route, routes } from './routes.js';

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0) ?? 0};`);

export const docsPolicy =
  "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export const docsStyle = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
article { margin: 1.5rem 0; border-top: 1px solid #8886; padding-top: .5rem }
h2 { font: 600 1rem/1.5 ui-monospace, monospace; margin: 0 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: .25rem 0 }
dd { margin: 0; overflow-wrap: anywhere }
`;

function section(route: Route): string {
  const parameters = [...Object.keys(route.query?.shape ?? {}), ...(route.queryNames ?? [])];
  const rows: [string, string][] = [
    ...(route.accepts === undefined ? [] : [['body', route.accepts.join(', ')] as [string, string]]),
    ...(parameters.length === 0 ? [] : [['query', parameters.join(', ')] as [string, string]]),
    ['answer', route.noContent === true ? '204' : (route.answer?.type ?? '')],
    ...(route.admin === true ? [['access', 'administrator (bearer token)'] as [string, string]] : []),
  ];
  const list = rows.map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`).join('');
  return `<article><h2>${route.method.toUpperCase()} ${escaped(route.path)}</h2><p>${escaped(route.summary)}</p><dl>${list}</dl></article>`;
}

export function docsPage(version: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>unify-pki API</title><link rel="stylesheet" href="/docs/style.css"></head>
<body><h1>unify-pki ${escaped(version)}</h1>
<p>Machine-readable: <a href="/openapi.json">openapi.json</a>. Every verdict is 200; a request that cannot be read is answered with
application/problem+json.</p>
${routes.map(section).join('\n')}
<article><h2>GET /healthz, /readyz, /metrics</h2><p>For the operator.</p></article>
</body></html>
`;
}
