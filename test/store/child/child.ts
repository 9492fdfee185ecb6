/** Starts a child process of the tests and talks to it by messages. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Child {
  readonly process: ChildProcess;
  /** The next message that the condition takes. */
  readonly message: <T>(take: (message: unknown) => T | undefined) => Promise<T>;
  /** Ends it as a crash would, and waits until it is gone. */
  readonly kill: () => Promise<void>;
}

/** `typescript`: the file is one, and so is what it imports. */
export function startChild(file: URL, input: object, options: readonly string[] = [], typescript = true): Child {
  const loader = typescript ? ['--import', new URL('./register.mjs', import.meta.url).href] : [];
  const child = fork(fileURLToPath(file), [], {
    execArgv: [...options, ...loader],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.send(input);
  return {
    process: child,
    message: (take) =>
      new Promise((resolve, reject) => {
        child.once('exit', (code) => reject(new Error(`the child ended early (${code})`)));
        child.on('message', (message) => {
          const taken = take(message);
          if (taken !== undefined) resolve(taken);
        });
      }),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
