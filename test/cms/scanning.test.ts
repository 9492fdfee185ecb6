/**
 * The scanners that a message passes through, against plain restatements of their rules, at every place where a chunk may
 * end: in a CRLF, in a boundary, in a header's last line. A digest hangs on each octet of it.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CrlfCanonicalizer } from '../../src/cms/canonical.js';
import { ContentCollector } from '../../src/cms/content.js';
import { limits } from '../../src/cms/failure.js';
import { readMessage } from '../../src/cms/message.js';
import { MultipartSplitter } from '../../src/cms/multipart.js';
import { digest } from '../../src/crypto/digest.js';
import { issueCertificate, sharedKeys, signMessage } from '../../src/stand-in/index.js';
import { multipartSigned } from '../../src/stand-in/message.js';
import { errorsOf, latin1, octets, readInChunks } from './support.js';

const options = { numRuns: 3000, seed: 20260601 };

/** Hands on `text` in chunks of these sizes, in one buffer that is used again. */
function feed(text: string, sizes: readonly number[], update: (chunk: Uint8Array) => void): void {
  const whole = octets(text);
  let at = 0;
  for (let turn = 0; at < whole.length; turn++) {
    const piece = whole.slice(at, at + (sizes[turn % sizes.length] ?? whole.length));
    update(piece);
    at += piece.length;
    piece.fill(0x2d);
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 });

describe('CRLF', () => {
  const canonical = (text: string): string => text.replace(/(?<!\r)\n/g, '\r\n');
  const through = (text: string, chunks: readonly number[]): string => {
    let out = '';
    const canonicalizer = new CrlfCanonicalizer((piece) => {
      out += latin1(piece);
    });
    feed(text, chunks, (chunk) => canonicalizer.update(chunk));
    return out;
  };

  test('every mix of line ends, lone CR and text, cut anywhere', () => {
    const word = fc.constantFrom('\r', '\n', '\r\n', '\n\r', '\r\r\n', 'a', 'text', '\xe9', '\0', '-');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), sizes, (words, chunks) => {
        expect(through(words.join(''), chunks)).toBe(canonical(words.join('')));
      }),
      options,
    );
  });

  test.each(['\r\n', '\n', '\r', '\r\r\n', '\n\r\n', '\n\n'])('%j across the end of a piece of 64 KiB', (ends) => {
    for (let before = 65_536 - 4; before <= 65_536 + 2; before++) {
      for (const start of ['', '\n', '\r\n']) {
        for (const rest of ['', 'b', '\n', '\r\n']) {
          const text = `${start}${'a'.repeat(before - start.length)}${ends}${rest}`;
          expect(through(text, []) === canonical(text)).toBe(true);
          expect(through(text, [65_536]) === canonical(text)).toBe(true);
        }
      }
    }
  });

  test('mostly CRLF with one bare LF, and the other way round', () => {
    const crlf = 'a line of text\r\n'.repeat(10_000);
    const bare = crlf.replaceAll('\r\n', '\n');
    for (const text of [`${crlf}\n${crlf}`, `${bare}\r\n${bare}`, `\n${crlf}`, `${crlf}x\n`, `${bare}${crlf}`]) {
      expect(through(text, []) === canonical(text)).toBe(true);
      expect(through(text, [1000, 65_536, 7]) === canonical(text)).toBe(true);
    }
  });
});

describe('boundaries', () => {
  /** RFC 2046 §5.1.1 line by line: a boundary is a whole line, and the line end before it is its own. */
  function partsOf(text: string, boundary: string) {
    const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
    const isDelimiter = new RegExp(`^--${boundary}(--)?[ \\t\\r]*\\n?$`);
    const parts = [''];
    for (const line of lines) {
      const match = isDelimiter.exec(line);
      if (match === null) parts[parts.length - 1] += line;
      else {
        parts[parts.length - 1] = (parts.at(-1) ?? '').replace(/\r?\n$/, '');
        parts.push('');
        if (match[1] !== undefined) return { parts, closed: true };
      }
    }
    return { parts, closed: false };
  }

  function through(text: string, boundary: string, chunks: readonly number[]) {
    const parts = [''];
    const splitter = new MultipartSplitter(boundary, (part, piece) => {
      while (parts.length < part + 2) parts.push('');
      parts[part + 1] += latin1(piece);
    });
    feed(text, chunks, (chunk) => splitter.update(chunk));
    splitter.finish();
    while (parts.length < splitter.part + 2) parts.push('');
    return { parts, closed: splitter.closed };
  }

  test('boundaries, lines that begin like one, and every line end, cut anywhere', () => {
    const near = ['--b', '--b--', '--bb', '--b-', '--b--x', '--b---', '-', '--', ' --b', '--b x', '--b \t', '--b--  '];
    const word = fc.oneof(
      fc.tuple(fc.constantFrom(...near), fc.constantFrom('\r\n', '\n', '\r', '')).map((pair) => pair.join('')),
      fc.constantFrom('\r', '\n', '\r\n', '\r\r\n', 'a', 'text\r\n', '\n\n'),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 25 }), sizes, (words, chunks) => {
        const text = words.join('');
        expect(through(text, 'b', chunks)).toEqual(partsOf(text, 'b'));
      }),
      options,
    );
  });

  test('a boundary of 70 characters, cut at every place', () => {
    const boundary = '='.repeat(3) + 'x'.repeat(67);
    const text = `preamble\r\n--${boundary}\r\none\r\n\r\n--${boundary}x\r\n--${boundary} \r\ntwo\n--${boundary}--\r\nafter`;
    const expected = partsOf(text, boundary);
    expect(expected.parts).toHaveLength(4);
    for (let first = 1; first < text.length; first++) {
      expect(through(text, boundary, [first, text.length])).toEqual(expected);
    }
  });
});

describe('content', () => {
  const names = new Set(['sha256'] as const);

  test('one chunk or many, kept or overwritten: the same digests and octets', () => {
    const text = 'x'.repeat(10_000);
    for (const stable of [true, false]) {
      for (const chunks of [[], [1], [100], [2048], [9999], [1, 5000], [5000, 1]]) {
        const collector = new ContentCollector(names, stable);
        let passed = 0;
        const update = (chunk: Uint8Array) => {
          collector.update(stable ? chunk.slice() : chunk);
          passed += chunk.length;
        };
        feed(text, chunks, update);
        collector.finish();
        expect([passed, collector.length]).toEqual([10_000, 10_000]);
        for (const name of ['sha256', 'sha1'] as const)
          expect(collector.digest(name)).toEqual(digest(name, octets(text)));
        expect(collector.octets()).toEqual(octets(text));
      }
    }
  });

  test('nothing at all has a digest', () => {
    const collector = new ContentCollector(names, true);
    collector.finish();
    expect(collector.digest('sha256')).toEqual(digest('sha256', new Uint8Array(0)));
    expect(collector.octets()).toHaveLength(0);
  });

  const by = issueCertificate({
    subject: 'CN=a',
    keys: sharedKeys('ec-p256', 'cms'),
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2027-01-01T00:00:00Z'),
  });

  test('up to the limit a digest that is not announced is computed, beyond it never, however the octets arrive', () => {
    const line = 'a line of text that is long enough\r\n';
    for (const [length, expected] of [
      [limits.keptContent - line.length, []],
      [limits.keptContent + 1, ['budget_exceeded']],
    ] as const) {
      const header = 'Content-Type: text/plain\r\n\r\n';
      const content = octets(header + line.repeat(Math.ceil(length / line.length)).slice(0, length - header.length));
      const { cms } = signMessage({ form: 'detached', signers: [{ by, hash: 'sha384' }], content });
      const mail = multipartSigned(content, cms, 'sha-256');
      for (const message of [mail, octets(latin1(mail).replaceAll('\r\n', '\n'))]) {
        expect(errorsOf(readMessage(message))).toEqual(expected);
        expect(errorsOf(readInChunks(message, 65_536))).toEqual(expected);
      }
    }
  });
});

test('a header may fill its limit and not exceed it, whatever the size of the chunks', () => {
  const block = (length: number) => `From: a@b.example\r\nX: ${'x'.repeat(length - 26)}\r\n\r\n`;
  for (const [length, expected] of [
    [limits.header, ['not_signed']],
    [limits.header + 1, ['budget_exceeded']],
  ] as const) {
    expect(block(length)).toHaveLength(length);
    const message = octets(`${block(length)}body`);
    expect(errorsOf(readMessage(message))).toEqual(expected);
    for (const size of [1000, 8192, 65_536, 262_144]) expect(errorsOf(readInChunks(message, size))).toEqual(expected);
  }
});
