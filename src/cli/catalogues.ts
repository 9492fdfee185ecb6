/**
 * Which catalogues count, and the certificates that lie beside the built-in one (certs/). A certificate there that no pin
 * of its catalogue names stops the start with both values shown: someone put it there to be trusted, and it is another.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestHex, sha256Hex } from '../crypto/digest.js';
import { type Catalogue, loadCatalogue } from '../trust/catalogue.js';
import { createPins } from '../trust/pins.js';
import { readCertificates } from '../verify/input.js';
import { parseJsonFile, reasonOf } from './files.js';
import { CliError, exitCode, unreadable } from './io.js';

/** The package's own catalogue; the same distance from src/cli and from dist/cli. */
export const builtInCatalogue = fileURLToPath(new URL('../../certs/unify/catalogue.json', import.meta.url));

export interface CatalogueSources {
  readonly catalogues: readonly Catalogue[];
  /** Certificates beside the built-in catalogue, DER. */
  readonly certificates: readonly Uint8Array[];
}

/** Reads the catalogues of these files; without any the built-in one and what lies beside it. */
export function readCatalogues(paths: readonly string[]): CatalogueSources {
  const catalogues = (paths.length === 0 ? [builtInCatalogue] : paths).map(readCatalogue);
  const owners = new Map<string, string>();
  for (const { id, authorities } of catalogues) {
    for (const authority of authorities) {
      const owner = owners.get(authority.id);
      if (owner !== undefined) throw unreadable(`the authority id "${authority.id}" stands in ${owner} and in ${id}`);
      owners.set(authority.id, id);
    }
  }
  return { catalogues, certificates: paths.length === 0 ? certificatesBeside(builtInCatalogue, catalogues) : [] };
}

function readCatalogue(path: string): Catalogue {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw unreadable(`${path}: the catalogue cannot be read (${reasonOf(error)})`);
  }
  try {
    return loadCatalogue(parseJsonFile(bytes, path));
  } catch (error) {
    if (error instanceof TypeError) throw unreadable(`${path}: ${error.message}`);
    throw error;
  }
}

function certificatesBeside(path: string, catalogues: readonly Catalogue[]): Uint8Array[] {
  const folder = dirname(path);
  const files = readdirSync(folder).filter((name) => /\.(crt|cer|pem|der)$/i.test(name));
  return files.flatMap((name) => {
    const file = join(folder, name);
    const blocks = readCertificates(new Uint8Array(readFileSync(file)));
    if (!blocks.ok) throw unreadable(`${file}: expected ${blocks.expected}, found ${blocks.found}`);
    for (const der of blocks.value) {
      const difference = pinDifference(catalogues, der);
      if (difference !== undefined) throw new CliError(exitCode.unreadable, `${file}: ${difference}`);
    }
    return blocks.value;
  });
}

/** Undefined where a pin names exactly these octets; else both values, in words. */
export function pinDifference(catalogues: readonly Catalogue[], der: Uint8Array, id?: string): string | undefined {
  const pinned = createPins(catalogues).match(der);
  if (pinned !== undefined && (id === undefined || pinned.authority.id === id)) return undefined;
  const expected = catalogues
    .flatMap((catalogue) => catalogue.authorities)
    .filter((authority) => id === undefined || authority.id === id)
    .map(({ id: name, fingerprints: { sha256, sha1 } }) =>
      sha256 === undefined ? `SHA-1 ${sha1} (${name})` : `SHA-256 ${sha256} (${name})`,
    );
  return `expected ${expected.join(' or ')}; found SHA-1 ${digestHex('sha1', der)}, SHA-256 ${sha256Hex(der)}`;
}
