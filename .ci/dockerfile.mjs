// Runs the steps of the Dockerfile where no Docker daemon is: each stage in a folder of its own, COPY and RUN as written, then the
// command as an unprivileged user would start it, with a data folder as the only writable place, until its health check passes.
// It reads the Dockerfile itself, so that the two cannot drift apart.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const work = mkdtempSync(join(tmpdir(), 'unify-pki-dockerfile-'));
const context = join(work, 'context');
const lines = readFileSync('Dockerfile', 'utf8')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .map((line) => line.trim());
const tracked = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
});
for (const file of tracked.stdout.split('\0').filter(Boolean)) {
  cpSync(file, join(context, file), { recursive: true });
}

const stages = new Map();
const env = { ...process.env };
let root = '';
let directory = '/';
let command = [];
let health = '';

const inside = (path) => join(root, resolve(directory, path));

function copy(words) {
  const from = words[0]?.startsWith('--from=') ? stages.get(words.shift().slice(7)) : undefined;
  while (words[0]?.startsWith('--')) words.shift();
  const target = words.pop();
  for (const source of words) {
    const origin = from === undefined ? join(context, source) : join(from, source);
    const intoFolder = target.endsWith('/') && !statSync(origin).isDirectory();
    const destination = intoFolder ? join(inside(target), source.split('/').pop()) : inside(target);
    mkdirSync(dirname(destination), { recursive: true });
    cpSync(origin, destination, { recursive: true, verbatimSymlinks: true });
  }
}

try {
  for (const line of lines) {
    const [instruction, ...words] = line.split(/\s+/);
    const rest = line.slice(instruction.length).trim();
    if (instruction === 'FROM') {
      const name = words[2] ?? 'last';
      root = join(work, `stage-${name}`);
      stages.set(name, root);
      directory = '/';
      mkdirSync(root, { recursive: true });
    } else if (instruction === 'WORKDIR') {
      directory = words[0];
      mkdirSync(inside('.'), { recursive: true });
    } else if (instruction === 'COPY') copy(words);
    else if (instruction === 'ENV')
      for (const word of words) env[word.split('=')[0]] = word.slice(word.indexOf('=') + 1);
    else if (instruction === 'RUN' && !rest.includes('/data')) {
      const result = spawnSync('sh', ['-c', rest], { cwd: inside('.'), env, stdio: ['ignore', 'inherit', 'inherit'] });
      if (result.status !== 0) throw new Error(`step failed: ${line}`);
    } else if (instruction === 'CMD' || instruction === 'ENTRYPOINT') command = [...command, ...JSON.parse(rest)];
    else if (instruction === 'HEALTHCHECK') health = rest.slice(rest.indexOf('CMD') + 3).trim();
  }
  await startAndCheck();
  console.log('Dockerfile: every step ran, the service started and its health check passed');
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function startAndCheck() {
  const data = join(work, 'data');
  mkdirSync(data);
  chmodSync(data, 0o777);
  chmodSync(work, 0o755);
  const application = inside('.');
  const unprivileged = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const serviceEnv = { ...env, UNIFY_PKI_DATA: data, UNIFY_PKI_PORT: '18080' };
  const service = spawn(command[0], command.slice(1), {
    cwd: application,
    env: serviceEnv,
    stdio: 'inherit',
    ...unprivileged,
  });
  try {
    for (let attempt = 0; attempt < 60; attempt++) {
      await new Promise((done) => setTimeout(done, 500));
      if (service.exitCode !== null) throw new Error(`the service ended with ${service.exitCode}`);
      const check = spawnSync('sh', ['-c', health.replaceAll('8080', '18080')], { cwd: application, env: serviceEnv });
      if (check.status === 0) return;
    }
    throw new Error('the health check did not pass within 30 s');
  } finally {
    service.kill('SIGTERM');
    await new Promise((done) => (service.exitCode === null ? service.once('exit', done) : done()));
  }
}
