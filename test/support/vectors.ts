/** Where the public test vectors lie: beside the checkout. They are read from there and never copied into the project. */
import { existsSync, readFileSync } from 'node:fs';

const folder = new URL('../../../shared/conformance/', import.meta.url);

/** True where the vectors are present; tests that read them skip with a sentence otherwise. */
export const haveVectors = existsSync(folder);

export const vectorsAbsent = 'the folder ../shared/conformance with the public test vectors is not beside the checkout';

export function vectorUrl(path: string): URL {
  return new URL(path, folder);
}

export function readVector(path: string): Uint8Array {
  return new Uint8Array(readFileSync(vectorUrl(path)));
}

export function readVectorText(path: string): string {
  return readFileSync(vectorUrl(path), 'utf8');
}

export function readVectorJson<T>(path: string): T {
  return JSON.parse(readVectorText(path)) as T;
}
