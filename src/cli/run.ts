/**
 * The command line: commands, their options, their help, and the exit codes. What a command does is loaded when it is
 * asked for, so that `verify` starts without the HTTP service and the stand-in.
 */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { StoreError, type StoreErrorCode } from '../store/port.js';
import { variables } from './configuration.js';
import { CliError, type ExitCode, exitCode, type Io } from './io.js';
import { addVerifyOptions, exitHelp } from './verify-options.js';

const collect = (value: string, all: string[] | undefined): string[] => [...(all ?? []), value];

/** Runs one command line (without node and script) and resolves with its exit code. Never rejects. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let code = 0;
  const set = async (work: Promise<number> | number): Promise<void> => {
    code = await work;
  };
  try {
    await createProgram(io, set).parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    return failed(error, io);
  }
}

const storeExit: Record<StoreErrorCode, ExitCode> = {
  folder_missing: exitCode.unreadable,
  folder_not_writable: exitCode.unreadable,
  import_invalid: exitCode.unreadable,
  corrupt: exitCode.unreadable,
  schema_newer: exitCode.unreadable,
  unavailable: exitCode.network,
};

function failed(error: unknown, io: Io): number {
  // commander has written its message by now; help and version are no errors.
  if (error instanceof CommanderError) {
    return error.code === 'commander.helpDisplayed' || error.code === 'commander.version' ? 0 : exitCode.usage;
  }
  if (error instanceof CliError) {
    io.stderr(`unify-pki: ${error.message}\n`);
    return error.exit;
  }
  if (error instanceof StoreError) {
    io.stderr(`unify-pki: ${error.message}\n`);
    return storeExit[error.code];
  }
  // Unforeseen: the place in our own code helps, the message may carry input.
  const place = error instanceof Error ? (error.stack?.split('\n').slice(1, 4).join('\n') ?? '') : '';
  io.stderr(`unify-pki: internal error (${error instanceof Error ? error.name : typeof error})\n${place}\n`);
  return exitCode.internal;
}

type Set = (work: Promise<number> | number) => Promise<void>;

function createProgram(io: Io, set: Set): Command {
  const program = new Command('unify-pki')
    .description(
      'Says whether certificates and signed messages of a private PKI are good, now or at a time in the past.',
    )
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout(text), writeErr: (text) => io.stderr(text) })
    .showHelpAfterError('(--help tells more)')
    .addHelpText('after', `\n${exitHelp}`);

  addVerifyOptions(
    program.command('verify').argument('<file...>', 'certificate (DER, PEM) or message (.eml, .p7m, .p7s); - is stdin'),
  )
    .description('say whether certificates or signed messages are good')
    .action(async (files, options) => set((await import('./verify.js')).verify(files, options, io)));

  withStore(program.command('inspect').argument('<file>', 'certificate, DER or PEM; - is stdin'))
    .description('fingerprints, pins matched, fields, extensions')
    .action(async (file, options) => set((await import('./inspect.js')).inspect(file, options, io)));

  program
    .command('explain')
    .argument('<code>', 'a finding, for instance certificate_expired')
    .description('what a finding means, its RFC section, what to do')
    .option('--json', 'as JSON')
    .action(async (code, options) => set((await import('./explain.js')).explain(code, options, io)));

  program
    .command('replay')
    .argument('<file>', 'what verify --evidence saved')
    .description('judge again what was saved, with no network and no store')
    .option('--json', 'as JSON')
    .action(async (file, options) => set((await import('./replay.js')).replay(file, options, io)));

  addAuthorities(program, io, set);
  addCrl(program, io, set);
  addStore(program, io, set);
  addServe(program, io, set);
  return program;
}

function withStore(command: Command): Command {
  return command
    .option('--catalogue <file>', 'this catalogue in place of the built-in one (may be repeated)', collect)
    .option('--data <folder>', 'data folder (authorities, CRLs, log)')
    .option('--json', 'as JSON');
}

function addAuthorities(program: Command, io: Io, set: Set): void {
  // `authorities` alone lists; what options it has must not swallow those of `import`.
  const authorities = withStore(program.command('authorities'))
    .description('published facts against the installed certificates')
    .action(async (options) => set((await import('./authorities.js')).listAuthorities(options, io)));
  authorities
    .command('import')
    .argument('<file...>', 'certificates, DER or PEM')
    .description('install exactly what a pin names')
    .action(async (files, _, command: Command) =>
      set((await import('./authorities.js')).importAuthorityFiles(files, command.optsWithGlobals(), io)),
    );
}

function addCrl(program: Command, io: Io, set: Set): void {
  const crl = program.command('crl').description('the CRLs that are held, and how they are kept fresh');
  withStore(crl.command('list'))
    .description('how every authority stands')
    .action(async (options) => set((await import('./crl.js')).crlList(options, io)));
  withStore(crl.command('refresh'))
    .description('fetch what is due; exit code 0 when every authority that is not retired is fresh')
    .option('--force', 'fetch what is not due yet too')
    .action(async (options) => set((await import('./crl.js')).crlRefresh(options, io)));
  withStore(crl.command('import').argument('<file...>', 'CRLs, DER or PEM, current or historic'))
    .description('keep CRLs that came by another way')
    .action(async (files, options) => set((await import('./crl.js')).crlImport(files, options, io)));
  withStore(crl.command('history').argument('<authority>', 'id of an authority'))
    .description('every CRL ever held of an authority')
    .action(async (authority, options) => set((await import('./crl.js')).crlHistory(authority, options, io)));
  withStore(crl.command('verify-log'))
    .description('check the log: its hash chain, the octets of every CRL, the stamps of timestamp authorities')
    .option('--crl <file>', 'further CRL on a timestamp authority (may be repeated)', collect)
    .addOption(
      new Option('--revocation <how>', 'how much proof on timestamp authorities is wanted').choices([
        'require',
        'known',
        'off',
      ]),
    )
    .addHelpText('after', `\n${exitHelp}`)
    .action(async (options) => set((await import('./verify-log.js')).verifyStoredLog(options, io)));
}

function addStore(program: Command, io: Io, set: Set): void {
  const store = program.command('store').description('backup, and moving to another machine or engine');
  store
    .command('export')
    .argument('<file>', 'file to write, which must not exist; - is stdout')
    .option('--data <folder>', 'data folder')
    .description('write everything that is held')
    .action(async (file, options) => set((await import('./store.js')).storeExport(file, options, io)));
  store
    .command('import')
    .argument('<file>', 'file that store export wrote')
    .option('--data <folder>', 'data folder')
    .description('add what the file holds; nothing is overwritten')
    .action(async (file, options) => set((await import('./store.js')).storeImport(file, options, io)));
}

function addServe(program: Command, io: Io, set: Set): void {
  program
    .command('serve')
    .description('HTTP service and CRL schedule')
    .option('--host <address>', 'address to listen on (default 127.0.0.1)')
    .option('--port <number>', 'port to listen on (default 8080)')
    .option('--catalogue <file>', 'this catalogue in place of the built-in one (may be repeated)', collect)
    .option('--data <folder>', 'data folder (authorities, CRLs, log)')
    .addHelpText('after', () => `\nEnvironment:\n${variableHelp()}`)
    .action(async (options) => set((await import('./serve.js')).serve(options, io)));

  program
    .command('demo')
    .description('the stand-in PKI, sample chains and mails, served and verified')
    .option('--once', 'end after the cases')
    .option('--port <number>', 'port to listen on (default 8080)')
    .action(async (options) => set((await import('./demo.js')).demo(options, io)));
}

const variableHelp = (): string =>
  Object.entries(variables)
    .map(([name, text]) => `  ${name.padEnd(31)} ${text}`)
    .join('\n');

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
