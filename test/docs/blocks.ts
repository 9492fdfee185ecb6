/**
 * The code blocks of a Markdown document and what a comment right before them says: `<!-- run -->` (the block is run by a
 * test and must end with 0), `<!-- run 2 -->` (with that exit code), `<!-- output -->` (what the block before it prints:
 * these lines in this order; an ellipsis stands for anything).
 */
import { readFileSync } from 'node:fs';

export interface Block {
  readonly language: string;
  readonly text: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
  /** The heading above it. */
  readonly heading: string;
  /** The expected exit code, where the comment says that it is run. */
  readonly run?: number;
  /** The comment says that this is what the block before it prints. */
  readonly output: boolean;
}

export const projectFile = (path: string): URL => new URL(`../../${path}`, import.meta.url);
export const readProjectFile = (path: string): string => readFileSync(projectFile(path), 'utf8');

export function blocksOf(markdown: string): Block[] {
  const lines = markdown.split('\n');
  const blocks: Block[] = [];
  let heading = '';
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (/^#+ /.test(line)) heading = line.replace(/^#+ /, '');
    const [fence, language = ''] = /^```(\w*)$/.exec(line) ?? [];
    if (fence === undefined) continue;
    const end = lines.indexOf('```', index + 1);
    const comment = lines[index - 1] ?? '';
    const run = /^<!-- run ?(\d*) -->$/.exec(comment);
    blocks.push({
      language,
      text: lines.slice(index + 1, end).join('\n'),
      line: index + 1,
      heading,
      output: comment === '<!-- output -->',
      ...(run === null ? {} : { run: Number(run[1] ?? 0) }),
    });
    index = end;
  }
  return blocks;
}

/** Undefined where every line of `expected` stands in the output, in order; else the first that does not. */
export function missingLine(expected: string, output: string): string | undefined {
  const lines = output.split('\n');
  let from = 0;
  for (const line of expected.split('\n').filter((text) => text.trim() !== '')) {
    const pieces = line
      .trim()
      .split('…')
      .map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    const pattern = new RegExp(`^\\s*${pieces.join('.*')}\\s*$`);
    const at = lines.findIndex((text, index) => index >= from && pattern.test(text));
    if (at < 0) return line;
    from = at + 1;
  }
  return undefined;
}

/** The cells of the tables below a heading, row by row, without the head. */
export function tableBelow(markdown: string, heading: string): string[][] {
  const sections = markdown.split(/^#+ /m);
  const section = sections.find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}
