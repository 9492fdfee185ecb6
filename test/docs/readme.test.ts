/** The README's examples, run as a reader would: every block with `<!-- run -->` before it, in the order of the page. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/index.js';
import { haveTool, toolAbsent } from '../support/tools.js';
import { type Block, blocksOf, missingLine, readProjectFile } from './blocks.js';
import { schemaErrors } from './json-schema.js';
import { createDocsWorld, type DocsWorld } from './world.js';

const blocks = blocksOf(readProjectFile('README.md'));
const runnable = blocks.flatMap((block, index) => {
  const next = blocks[index + 1];
  return block.run === undefined ? [] : [{ block, output: next?.output === true ? next.text : '' }];
});

/** The tools in the block that npm cannot install. */
const absent = new Map(
  ['curl', 'openssl'].map((tool) => [tool, !haveTool(tool, tool === 'openssl' ? 'version' : '--version')]),
);
const absentIn = ({ text }: Block): string | undefined =>
  [...absent].find(([tool, missing]) => missing && new RegExp(`^${tool} `, 'm').test(text))?.[0];

describe('the first screen', () => {
  it('begins its code with the two commands, which the package has and CI calls', () => {
    expect(blocks[0]).toMatchObject({ language: 'sh', text: 'npm run demo\nnpm test' });
    const { scripts } = JSON.parse(readProjectFile('package.json'));
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['demo', 'test']));
    const ci = readProjectFile('.ci/run').split('\n');
    expect(ci).toContain('npm test');
    expect(ci.some((line) => /^npm run (--silent )?demo -- --once$/.test(line))).toBe(true);
  });

  it('has one command, one curl and one program within 70 lines', () => {
    const early = runnable.filter(({ block }) => block.line <= 70).map(({ block }) => block.text.split(/\s/, 1)[0]);
    expect(early).toEqual(['unify-pki', 'curl', 'import']);
  });
});

describe('the README', () => {
  let world: DocsWorld;
  let url: string;

  beforeAll(async () => {
    world = await createDocsWorld();
    const filled = await world.shell(
      'unify-pki authorities import authorities.pem; unify-pki crl import root.crl infrastructure.crl user.crl product.crl',
    );
    expect(filled).toMatchObject({ code: 0, err: '' });
    url = await world.serve();
  });
  afterAll(() => world?.close());

  const cases = runnable.map((one) => ({ ...one, title: `${one.block.heading}, line ${one.block.line}` }));
  for (const { title, block, output } of cases) {
    const tool = absentIn(block);
    it.skipIf(tool !== undefined)(
      `${title}${tool === undefined ? '' : ` (skipped: ${toolAbsent(tool)})`}`,
      async () => {
        if (block.language === 'json') {
          const catalogue = JSON.parse(block.text);
          expect(() => loadCatalogue(catalogue)).not.toThrow();
          expect(schemaErrors(JSON.parse(readProjectFile('certs/catalogue.schema.json')), catalogue)).toEqual([]);
          return;
        }
        const text = block.text.replaceAll('http://127.0.0.1:8080', url);
        const ran = block.language === 'js' ? await world.javascript(text) : await world.shell(text);
        expect(ran.code, `${ran.out}\n${ran.err}`).toBe(block.run);
        expect(missingLine(output, ran.out), ran.out).toBeUndefined();
      },
    );
  }

  it('marks everything that could run', () => {
    const unmarked = blocks.filter(({ language, run, output }) => language !== 'text' && run === undefined && !output);
    // The two commands are this very test run and the demo's own; Docker needs a daemon.
    expect(unmarked.map(({ text }) => text.split(' ', 1)[0])).toEqual(['npm', 'docker']);
  });

  it('names no file of the project that does not exist', () => {
    const links = [...readProjectFile('README.md').matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = '']) => path);
    expect(links.length).toBeGreaterThan(4);
    for (const path of links) expect(readProjectFile(path).length, path).toBeGreaterThan(0);
  });

  it('links only to headings that it has', () => {
    const text = readProjectFile('README.md');
    const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );
    for (const [, anchor] of text.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(anchor);
  });
});
