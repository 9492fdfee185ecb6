/**
 * BoringSSL's fuzzing corpora: about 900 hostile certificates, CRLs, OCSP answers, names and PEM texts. Each is given in
 * every place that takes bytes; the only expectation is an answer: no exception, no budget overrun, bounded memory.
 */
import { readdirSync } from 'node:fs';
import { readVector, readVectorJson, vectorUrl } from '../../support/vectors.js';
import { type ConformanceCase, timeOf } from '../case.js';

interface Manifest {
  folders: Record<string, number>;
}

export function fuzzSeeds(): ConformanceCase[] {
  const folders = Object.entries(readVectorJson<Manifest>('fuzz-seeds/manifest.json').folders);
  return folders.flatMap(([folder, count]) => {
    const files = readdirSync(vectorUrl(`fuzz-seeds/${folder}`)).sort();
    if (files.length !== count) throw new Error(`${folder} holds ${files.length} seeds, its manifest says ${count}`);
    return files.map(
      (file): ConformanceCase => ({
        suite: 'fuzz-seeds',
        id: `${folder}/${file}`,
        section: folder,
        expected: 'invalid',
        trustInput: {},
        time: timeOf('2020-01-01T00:00:00Z'),
        question: { kind: 'crash', bytes: readVector(`fuzz-seeds/${folder}/${file}`) },
      }),
    );
  });
}
