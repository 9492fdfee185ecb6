/**
 * Tells a replica that another one brought something new, by asking for the store's version every two seconds: one
 * indexed row, on both engines, and no connection held open for notifications that are lost when it breaks. A database
 * that is away is told too, so that readiness can say so; when it is back, the version tells whether anything was missed.
 */
import type { Store } from './port.js';

export interface WatchOptions {
  readonly everyMs?: number;
  readonly onChange: (version: number) => Promise<void>;
  readonly onAvailability?: (available: boolean) => void;
}

/** Starts watching from the given version; the returned function stops it. */
export function watchStore(store: Store, from: number, options: WatchOptions): () => void {
  let seen = from;
  let available = true;
  let stopped = false;
  let timer: NodeJS.Timeout;
  const look = async (): Promise<void> => {
    const version = await store.version().catch(() => undefined);
    if (version !== undefined && version !== seen && !stopped) {
      // What fails there is told there, and tried again at the next look.
      const taken = await options.onChange(version).then(
        () => true,
        () => false,
      );
      if (taken) seen = version;
    }
    const reached = version !== undefined;
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
