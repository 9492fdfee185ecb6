/**
 * One HTTP server in a process of its own, so that its CPU time is its own: the service's app around a snapshot, or a hono
 * echo that reads the body and answers a JSON body of a given size. Spoken to over IPC: "start" and "stop" frame what is timed.
 */
import { readFileSync } from 'node:fs';
import { Hono } from 'hono';
import { createApp } from '../../dist/http/app.js';
import { startServer } from '../../dist/http/server.js';
import { createTrust } from '../../dist/index.js';

const [mode, time, size, ...files] = process.argv.slice(2);
const server = await startServer({
  fetch: mode === 'echo' ? echo(Number(size)) : service(),
  host: '127.0.0.1',
  port: 0,
});
let before;
process.on('message', (word) => {
  if (word === 'start') before = process.cpuUsage();
  else if (word === 'stop') process.send({ cpu: process.cpuUsage(before) });
});
process.on('disconnect', () => process.exit(0));
process.send({ url: server.url });

function echo(length) {
  const body = JSON.stringify({ echo: 'x'.repeat(length - '{"echo":""}'.length) });
  const app = new Hono();
  app.post('/', async (c) => {
    const octets = await c.req.arrayBuffer();
    if (octets.byteLength === 0) return c.text('expected a body', 400);
    return new Response(body, { headers: { 'content-type': 'application/json' } });
  });
  return (request, env) => app.fetch(request, env);
}

/** Everything that a verification touches is the real thing; the store behind it has nothing to keep here. */
function service() {
  const [root, authority, ...crls] = files.map((path) => readFileSync(path));
  const trust = createTrust({ anchors: [root], intermediates: [authority], crls });
  const now = Date.parse(time);
  const silent = { info() {}, warn() {}, error() {} };
  const app = createApp({
    log: silent,
    service: {
      now: () => new Date(now),
      trust: () => trust,
      authorities: () => [],
      crls: async () => [],
      keep: async () => {},
      readiness: () => ({ ready: true, notes: [] }),
      onFetch: () => {},
    },
  });
  return (request, env) => app.fetch(request, env);
}
