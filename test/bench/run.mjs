/**
 * npm run bench [row …]: the rows of the project's yardsticks, side by side with OpenSSL in C, node's own crypto and pkijs.
 * Prints Markdown for test/bench/README.md. It needs a build (dist), and exits with 1 when a verdict is wrong.
 *
 * Each row has a process of its own: what the engine learnt and keeps of one must not be measured with the next.
 */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { opensslVersion } from './openssl.mjs';

const chain = (name) => async () => [await (await import('./rows/chains.mjs'))[name]()];
const rows = {
  'cold-rsa': chain('coldRsa'),
  'cold-ec': chain('coldEc'),
  'cached-rsa': chain('cachedRsa'),
  'cached-ec': chain('cachedEc'),
  parsing: async () => (await import('./rows/parsing.mjs')).parsing(),
  limbo: async () => (await import('./rows/limbo.mjs')).pathological(),
  crl: async () => (await import('./rows/crl.mjs')).crl(),
  history: async () => (await import('./rows/history.mjs')).history(),
  http: async () => (await import('./rows/http.mjs')).http(),
  cms: async () => (await import('./rows/cms.mjs')).cms(),
};
const groups = { chains: ['cold-rsa', 'cold-ec', 'cached-rsa', 'cached-ec'] };

const [first, only] = process.argv.slice(2);
if (first === '--row') {
  for (const text of await rows[only]()) process.stdout.write(`${text}\n`);
} else {
  const asked = process.argv.slice(2).flatMap((name) => groups[name] ?? [name]);
  const unknown = asked.filter((name) => !(name in rows));
  if (unknown.length > 0) {
    const names = [...Object.keys(groups), ...Object.keys(rows)];
    process.stderr.write(`unknown row ${unknown.join(', ')}; there are: ${names.join(', ')}\n`);
    process.exit(64);
  }
  const processors = cpus();
  process.stdout.write(
    `Node ${process.versions.node} (its OpenSSL ${process.versions.openssl}); C peer: ${opensslVersion}; ` +
      `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}. ` +
      'Microseconds are CPU time; a ratio is a contender against the first line, within one round.\n\n',
  );
  for (const name of Object.keys(rows)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const child = [...process.execArgv, fileURLToPath(import.meta.url), '--row', name];
    if (spawnSync(process.execPath, child, { stdio: ['ignore', 'inherit', 'inherit'] }).status !== 0) process.exit(1);
  }
}
