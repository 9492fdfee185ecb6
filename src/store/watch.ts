/**
 * Tells a replica that another one brought something new, by asking for the store's version every two seconds: one
 * indexed row, on both engines, and no connection held open for notifications that are lost when it breaks. A database
 * that is away is told too, so that readiness can say so; when it is back, the version tells whether anything was missed.
 */
import type { Store } from './port.js';

export interface WatchOptions {
  readonly everyMs?: number;
  readonly onChange: (version: number) => void | Promise<void>;
  readonly onAvailability?: (available: boolean) => void;
}

/** Starts watching from the given version; the returned function stops it. */
export function watchStore(store: Store, from: number, options: WatchOptions): () => void {
  let seen = from;
  let available = true;
  let stopped = false;
  let timer: NodeJS.Timeout;
  const look = async (): Promise<void> => {
    let reached = true;
    try {
      const version = await store.version();
      if (version !== seen && !stopped) {
        await options.onChange(version);
        seen = version;
      }
    } catch {
      reached = false;
    }
    if (reached !== available) {
      available = reached;
      options.onAvailability?.(available);
    }
    if (!stopped) schedule();
  };
  const schedule = (): void => {
    timer = setTimeout(() => void look(), options.everyMs ?? 2_000);
    timer.unref();
  };
  schedule();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
