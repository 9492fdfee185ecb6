/**
 * What a command may touch, handed in by main.ts, so that the whole command line can be run inside a test. Also the
 * exit codes of the contract, and the error that carries one.
 */

export interface Io {
  stdout(text: string): void;
  stderr(text: string): void;
  stdin(): Promise<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The clock; a command reads it once. */
  now(): Date;
  /** True where stdout is a terminal that shows colours. */
  readonly colours: boolean;
  /** Resolves when the process is asked to end (SIGINT, SIGTERM). */
  untilStopped(): Promise<void>;
}

export const exitCode = {
  valid: 0,
  invalid: 1,
  indeterminate: 2,
  usage: 64,
  unreadable: 65,
  network: 69,
  internal: 70,
} as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** Best first. An invalid file outweighs one that is only not proven. */
const severity: readonly ExitCode[] = [0, 2, 1, 64, 65, 69, 70];

export function worst(codes: readonly ExitCode[]): ExitCode {
  return severity[Math.max(0, ...codes.map((code) => severity.indexOf(code)))] as ExitCode;
}

/** Ends the command with a sentence on stderr. */
export class CliError extends Error {
  readonly exit: ExitCode;
  constructor(exit: ExitCode, message: string) {
    super(message);
    this.name = 'CliError';
    this.exit = exit;
  }
}

export const usageError = (message: string): CliError => new CliError(exitCode.usage, message);
export const unreadable = (message: string): CliError => new CliError(exitCode.unreadable, message);
