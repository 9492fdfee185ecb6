/**
 * npm run bench [row …]: the rows of the project's yardsticks, side by side with OpenSSL in C, node's own crypto and pkijs.
 * Prints Markdown for test/bench/README.md. It needs a build (dist), and exits with 1 when a verdict is wrong.
 */
import { cpus } from 'node:os';
import { opensslVersion } from './openssl.mjs';

const rows = {
  chains: async () => (await import('./rows/chains.mjs')).chains(),
  parsing: async () => (await import('./rows/parsing.mjs')).parsing(),
  limbo: async () => (await import('./rows/limbo.mjs')).pathological(),
  crl: async () => (await import('./rows/crl.mjs')).crl(),
  history: async () => (await import('./rows/history.mjs')).history(),
  http: async () => (await import('./rows/http.mjs')).http(),
  cms: async () => (await import('./rows/cms.mjs')).cms(),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in rows));
if (unknown.length > 0) {
  process.stderr.write(`unknown row ${unknown.join(', ')}; there are: ${Object.keys(rows).join(', ')}\n`);
  process.exit(64);
}
const processors = cpus();
process.stdout.write(
  `Node ${process.versions.node} (its OpenSSL ${process.versions.openssl}); C peer: ${opensslVersion}; ` +
    `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}. ` +
    'Microseconds are CPU time; a ratio is a contender against the first line, within one round.\n\n',
);
for (const [name, measure] of Object.entries(rows)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  for (const text of await measure()) process.stdout.write(`${text}\n`);
}
