/** `authorities` and `authorities import`: published facts against the certificates that are installed. */
import Table from 'cli-table3';
import { authorityReport } from '../http/authorities.js';
import { inWords, recognise } from '../http/recognise.js';
import type { AuthorityState } from '../http/service.js';
import { createGuard } from '../net/guard.js';
import { importAuthorities } from '../refresh/bring.js';
import type { Catalogue } from '../trust/catalogue.js';
import { readCertificates } from '../verify/input.js';
import { authorityStates } from './authority-states.js';
import { pinDifference, readCatalogues } from './catalogues.js';
import { fileLimits, readInput } from './files.js';
import { type ExitCode, exitCode, type Io, worst } from './io.js';
import { type Paint, paint } from './paint.js';
import { configured, existingStore, openConfiguredStore } from './trust.js';

export interface StoreOptions {
  catalogue?: string[];
  data?: string;
  json?: boolean;
}

export async function listAuthorities(options: StoreOptions, io: Io): Promise<number> {
  const configuration = configured(options, io);
  const { catalogues, certificates } = readCatalogues(configuration.catalogues);
  const store = await existingStore(configuration);
  try {
    const held = store === undefined ? [] : (await store.authorities()).map(({ der }) => der);
    const states = authorityStates(catalogues, [...certificates, ...held]);
    if (options.json === true) io.stdout(`${JSON.stringify(states.map(authorityReport), undefined, 2)}\n`);
    else io.stdout(`${table(states, paint(io.colours))}\n`);
    return exitCode.valid;
  } finally {
    await store?.close();
  }
}

const plain = {
  chars: Object.fromEntries(
    'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid middle'
      .split(' ')
      .map((name) => [name, name === 'middle' ? '  ' : '']),
  ),
  style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
};

/** Rows without a frame, which paste well. */
export function plainTable(head: string[], rows: string[][]): string {
  const made = new Table({ ...plain, head });
  made.push(...rows);
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function table(states: readonly AuthorityState[], { bold, dim, status }: Paint): string {
  const rows = states.map((state) => {
    const { validFrom = '?', validTo = '?', key, crlValidity = '?', fingerprints } = state.authority;
    const keyText = key === undefined ? '?' : `${key.type} ${key.size}`;
    return [
      state.authority.id,
      state.authority.name,
      `${validFrom} to ${validTo}`,
      keyText,
      crlValidity,
      dim((fingerprints.sha256 ?? fingerprints.sha1 ?? '').slice(0, 16)),
      stateWords(state, status),
    ];
  });
  const lines = [
    plainTable(
      ['id', 'name', 'valid', 'key', 'CRLs for', 'fingerprint', 'certificate'].map((h) => bold(h)),
      rows,
    ),
  ];
  for (const { authority, differences } of states) {
    for (const { fact, published, found } of differences) {
      lines.push(`${authority.id}: ${fact} published ${published}, found ${found}`);
    }
  }
  return lines.join('\n');
}

function stateWords(state: AuthorityState, status: Paint['status']): string {
  if (state.der === undefined) return status('indeterminate', 'not installed');
  return state.used ? status('valid', 'installed') : status('invalid', 'installed, not used: facts differ');
}

/** Exit code 1 where a certificate is not the one that a pin names, 2 where it is and its facts differ. */
export async function importAuthorityFiles(paths: string[], options: StoreOptions, io: Io): Promise<number> {
  const configuration = configured(options, io);
  const { catalogues } = readCatalogues(configuration.catalogues);
  const files = await Promise.all(
    paths.map(async (path) => ({ path, bytes: await readInput(path, io, fileLimits.certificate) })),
  );
  const store = await openConfiguredStore(configuration, true);
  const now = io.now().getTime();
  const deps = { store, catalogues, guard: createGuard(configuration.network), now: () => now };
  const codes: ExitCode[] = [];
  const fail = (path: string, code: ExitCode, detail: string) => {
    codes.push(code);
    io.stderr(`unify-pki: ${path}: ${detail}\n`);
  };
  try {
    for (const { path, bytes } of files) {
      for (const answer of await importAuthorities(deps, bytes, 'imported')) {
        if (!answer.ok) {
          if (answer.code === 'certificate_malformed')
            fail(path, exitCode.unreadable, malformed(bytes, answer.message));
          else fail(path, exitCode.invalid, `no pin names this certificate: ${notPinned(catalogues, bytes)}`);
          continue;
        }
        const { id } = answer.pinned.authority;
        io.stdout(`${path}: ${answer.change === 'added' ? 'installed as' : 'was installed already as'} ${id}\n`);
        if (answer.pinned.authority.confirmed) continue;
        for (const { fact, published, found } of answer.differences) {
          fail(
            path,
            exitCode.indeterminate,
            `${id} is not used until confirmed: ${fact} published ${published}, found ${found}`,
          );
        }
      }
    }
    return worst(codes);
  } finally {
    await store.close();
  }
}

function malformed(bytes: Uint8Array, message: string): string {
  const kind = recognise(bytes);
  return kind === 'unknown' || kind === 'certificate' ? message : `expected a certificate, found ${inWords[kind]}`;
}

function notPinned(catalogues: readonly Catalogue[], bytes: Uint8Array): string {
  const blocks = readCertificates(bytes);
  const differences = blocks.ok ? blocks.value.map((der) => pinDifference(catalogues, der)) : [];
  return differences.filter((difference) => difference !== undefined).join('; ');
}
