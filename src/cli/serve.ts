/** `serve`: the HTTP service and the CRL schedule, until it is asked to stop. */
import { pino } from 'pino';
import { createApp, type Log } from '../http/app.js';
import { type RunningServer, startServer } from '../http/server.js';
import { createGuard } from '../net/guard.js';
import type { RefreshEvent } from '../refresh/deps.js';
import { readCatalogues } from './catalogues.js';
import { type Configuration, readPort } from './configuration.js';
import { CliError, exitCode, type Io } from './io.js';
import { createLocalService, type LocalService } from './local-service.js';
import { configured, openConfiguredStore, readTimestampAuthorities } from './trust.js';

export interface ServeOptions {
  host?: string;
  port?: string;
  data?: string;
  catalogue?: string[];
}

export interface Running {
  readonly server: RunningServer;
  readonly service: LocalService;
  stop(): Promise<void>;
}

export async function serve(options: ServeOptions, io: Io): Promise<number> {
  const configuration: Configuration = {
    ...configured(options, io),
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.port === undefined ? {} : { port: readPort(options.port, '--port') }),
  };
  const log = pino({ level: configuration.logLevel, base: null }, { write: (line: string) => io.stdout(line) });
  const running = await startService(configuration, io, log);
  const notes = running.service.readiness().notes;
  log.info({ url: running.server.url, data: configuration.dataFolder, notes }, 'listening');
  await io.untilStopped();
  log.info({}, 'stopping');
  await running.stop();
  return exitCode.valid;
}

/** The whole service; the demo starts the same with its own configuration. */
export async function startService(configuration: Configuration, io: Io, log: Log): Promise<Running> {
  const { catalogues, certificates } = readCatalogues(configuration.catalogues);
  const timestampAuthorities = await readTimestampAuthorities(configuration, io);
  const guard = createGuard(configuration.network);
  const store = await openConfiguredStore(configuration, true);
  try {
    const service = await createLocalService({
      store,
      guard,
      catalogues,
      certificates,
      timestampAuthorities,
      now: () => io.now().getTime(),
      ...(configuration.schedule === undefined
        ? {}
        : { plan: configuration.schedule.plan, schedule: configuration.schedule.options }),
      ...(configuration.timestampUrl === undefined ? {} : { timestampUrl: configuration.timestampUrl }),
      log,
      onEvent: (event) => logEvent(event, log),
    });
    const app = createApp({
      service,
      log,
      ...(configuration.adminToken === undefined ? {} : { adminToken: configuration.adminToken }),
      ...(configuration.rateLimit === undefined ? {} : { rateLimit: configuration.rateLimit }),
    });
    const { host, port } = configuration;
    const server = await startServer({ fetch: app.fetch, host, port }).catch((error: NodeJS.ErrnoException) => {
      throw new CliError(exitCode.network, `cannot listen on ${host} port ${port} (${error.code ?? error.message})`);
    });
    if (configuration.refresh) service.schedule();
    return {
      server,
      service,
      async stop() {
        await server.close();
        await service.stop();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function logEvent(event: RefreshEvent, log: Log): void {
  if (event.type === 'fetch') {
    const { authority, url, result, reason, milliseconds, octets } = event;
    log.info({ authority, url, result, reason, milliseconds, octets }, 'CRL fetched');
  } else if (event.type === 'alarm') {
    log.warn({ code: event.code, authority: event.record.authority, sha256: event.record.sha256 }, event.message);
  } else if (event.type === 'stamp') {
    const { ok } = event;
    if (ok) log.info({ seq: event.seq }, 'the head of the log was stamped');
    else log.warn({ reason: event.reason }, 'the head of the log could not be stamped');
  } else if (event.type === 'error') {
    log.error({ error: event.error instanceof Error ? event.error.message : 'unknown' }, 'the CRL job was interrupted');
  }
}
