// What the npm scripts need before they can run: installed packages and a build that is not older than its sources.
// Uses nothing but Node, so that it works in a fresh clone.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

function run(command, ...parameters) {
  const result = spawnSync(command, parameters, { stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (result.status !== 0) {
    console.error(`prepare: ${command} ${parameters.join(' ')} failed`);
    process.exit(result.status ?? 1);
  }
}

function newest(path) {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(`${path}/${name}`)));
}

const installed = 'node_modules/.package-lock.json';
if (!existsSync(installed) || newest('package-lock.json') > newest(installed)) {
  console.error('prepare: installing packages (npm ci)');
  run('npm', 'ci', '--no-audit', '--no-fund');
}

const built = 'dist/.built';
const sources = ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'certs'];
if (!existsSync(built) || Math.max(...sources.map(newest)) > newest(built)) {
  console.error('prepare: building');
  run('npm', 'run', '--silent', 'build');
}
