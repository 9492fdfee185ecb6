/** Every `@example` of what the package exports: compiled, run against the built package, and its comments compared. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFile } from './blocks.js';
import { createDocsWorld, type DocsWorld } from './world.js';

interface Example {
  name: string;
  /** Undefined where the docstring has none. */
  source: string | undefined;
}

/** The functions that src/index.ts exports, each with the example of its docstring. */
function examples(): Example[] {
  const index = readFileSync(projectFile('src/index.ts'), 'utf8');
  const statements = [...index.matchAll(/^export \{([^}]*)\} from '\.\/(.*)\.js';$/gm)];
  return statements.flatMap(([, names = '', module = '']) => {
    const text = readFileSync(projectFile(`src/${module}.ts`), 'utf8');
    const functions = names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type '));
    return functions.map((name) => ({ name, source: exampleOf(text, name) }));
  });
}

function exampleOf(text: string, name: string): string | undefined {
  const at = text.search(new RegExp(`^export (async )?(function|const) ${name}\\b`, 'm'));
  if (at < 0) return undefined;
  const docstring = text.slice(text.lastIndexOf('/**', at), at);
  const fence = /@example\n \* ```ts\n([\s\S]*?)\n \* ```/.exec(docstring)?.[1];
  return fence?.replace(/^ \* ?/gm, '');
}

/** What the comments behind console.log say that it prints. */
const promised = (source: string): string[] =>
  [...source.matchAll(/console\.log\(.*\);\s*\/\/ (.*)$/gm)].map(([, text = '']) => text.trim());

describe('@example', () => {
  let world: DocsWorld;
  beforeAll(async () => {
    world = await createDocsWorld();
  });
  afterAll(() => world?.close());

  const all = examples();

  it('stands at every exported function', () => {
    expect(all.length).toBeGreaterThan(5);
    expect(all.filter(({ source }) => source === undefined).map(({ name }) => name)).toEqual([]);
  });

  it.each(all.filter(({ source }) => source !== undefined))('of $name prints what it says', async ({ source = '' }) => {
    expect(source).toContain("from 'unify-pki'");
    expect(promised(source).length).toBeGreaterThan(0);
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
    const { outputText, diagnostics } = ts.transpileModule(source, { compilerOptions, reportDiagnostics: true });
    expect(diagnostics).toEqual([]);
    const ran = await world.javascript(outputText);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out.trimEnd().split('\n')).toEqual(promised(source));
  });
});
