/**
 * BoringSSL's certificate parser cases: 71 certificates to read or to refuse. Refusing means `certificate_malformed`, or
 * another error of the invalid class that any path would meet; what else is wrong with them is no question here.
 */
import { readVector, readVectorJson } from '../../support/vectors.js';
import { type ConformanceCase, timeOf } from '../case.js';

interface Manifest {
  cases: { file: string; expected: 'parse-error' | 'parse-ok-or-warning'; reason: string | null }[];
}

export function boringsslParse(): ConformanceCase[] {
  return readVectorJson<Manifest>('boringssl-parse/manifest.json').cases.map((test) => ({
    suite: 'boringssl-parse',
    id: test.file.replace(/\.der$/, ''),
    section: 'all',
    expected: test.expected === 'parse-error' ? 'invalid' : 'valid',
    ...(test.expected === 'parse-error'
      ? { statedReason: (test.reason ?? '').trim().replaceAll('\n', '; '), reasonCodes: ['certificate_malformed'] }
      : {}),
    trustInput: {},
    // No certificate here is asked whether it is valid; the time only has to be one.
    time: timeOf('2016-06-01T00:00:00Z'),
    question: { kind: 'parse', bytes: readVector(`boringssl-parse/${test.file}`) },
  }));
}
