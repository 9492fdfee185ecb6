/** The README's tables against the program: commands and its help, variables and the configuration, routes and OpenAPI. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { variables } from '../../src/cli/configuration.js';
import { run } from '../../src/cli/run.js';
import { readProjectFile, tableBelow } from './blocks.js';
import { createDocsWorld, type DocsWorld } from './world.js';

const readme = readProjectFile('README.md');

async function help(command: readonly string[]): Promise<string> {
  let out = '';
  await run([...command, '--help'], {
    stdout: (text) => {
      out += text;
    },
    stderr: () => {},
    stdin: async () => new Uint8Array(),
    env: {},
    now: () => new Date(),
    colours: false,
    untilStopped: async () => {},
  });
  return out;
}

/** Commands as the help lists them, those with subcommands by these; `authorities` is one of its own too. */
async function commandsOf(path: readonly string[]): Promise<string[]> {
  const text = await help(path);
  const listed = (/\nCommands:\n([\s\S]*)$/.exec(text)?.[1] ?? '').match(/^ {2}\S+/gm) ?? [];
  const names = listed.map((name) => name.trim()).filter((name) => name !== 'help');
  const below = await Promise.all(names.map((name) => commandsOf([...path, name])));
  const actsItself = !/^Usage: .*\[command\]/.test(text) || path[0] === 'authorities';
  return [...(actsItself && path.length > 0 ? [path.join(' ')] : []), ...below.flat()];
}

describe('the README', () => {
  it('lists exactly the commands that the help has', async () => {
    const told = tableBelow(readme, 'Commands').map(([cell = '']) => cell.replace(/`unify-pki (.*)`/, '$1'));
    const names = told.map((usage) => usage.replace(/( [A-Z]+…?)+$/, ''));
    expect(names.toSorted()).toEqual((await commandsOf([])).toSorted());
  });

  it('uses only options that the command has', async () => {
    for (const [, line = ''] of readme.matchAll(/(?:^|\| |`)(unify-pki [a-z][^|`\n]*)/gm)) {
      const words = line.split(' ').slice(1);
      const options = words.filter((word) => word.startsWith('--'));
      if (options.length === 0) continue;
      const command = words
        .slice(0, words[0] === 'verify' || words[0] === 'replay' ? 1 : 2)
        .filter((word) => !word.startsWith('-'));
      // A subcommand takes its parent's options too, and its help does not repeat them.
      const text = `${await help(command)}${await help(command.slice(0, 1))}`;
      for (const option of options) expect(text, `${line}: ${option}`).toMatch(new RegExp(`${option}\\b`));
    }
  });

  it('lists exactly the configuration variables', () => {
    const told = tableBelow(readme, 'Configuration').map(([cell = '']) => cell.replaceAll('`', ''));
    expect(told).toEqual(Object.keys(variables));
  });

  it('gives the exit codes that the help gives', async () => {
    const codes = /Exit code: (.*)\./.exec(await help(['verify']))?.[1] ?? '';
    expect(codes).not.toBe('');
    expect(readme.replace(/\s+/g, ' ')).toContain(`Exit codes: ${codes};`);
  });
});

describe('the running service', () => {
  let world: DocsWorld;
  let url: string;
  beforeAll(async () => {
    world = await createDocsWorld();
    url = await world.serve();
  });
  afterAll(() => world?.close());

  it('has exactly the routes of the README', async () => {
    const told = tableBelow(readme, 'HTTP').map(([cell = '']) => cell.replaceAll('`', ''));
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, object> };
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(told.toSorted()).toEqual(routes.toSorted());
  });

  it.each(['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs'])('answers %s', async (path) => {
    expect(readme).toContain(`${path}\``);
    expect((await fetch(`${url}${path}`)).status).toBe(200);
  });
});
