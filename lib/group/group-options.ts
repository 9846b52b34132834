import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { EndpointFlag } from '../binding.js';
import { TlsError } from '../errors/tls-error.js';
import { integer, invalidOption, optionsRecord } from '../options/check.js';
import { type ListenOptions, type ListenSettings, parseListenOptions } from '../options/listen-options.js';

/** Options of a {@link DtlsServerGroup}. */
export interface DtlsServerGroupOptions {
  /**
   * The ES module that every worker loads: it exports a function `createServer`, a {@link CreateGroupServer}. A `file:`
   * URL, or a path, relative to the current directory. Throws `ERR_INVALID_OPTION`.
   */
  script: URL | string;
  /** Number of worker threads. Integer 1..1024, default `os.availableParallelism()`. Throws `ERR_INVALID_OPTION`. */
  workers?: number | undefined;
  /**
   * What `createServer` gets as `workerData`: cloned for each worker when it starts. Default undefined. Throws
   * `ERR_INVALID_OPTION` for what cannot be cloned: functions, sockets, a `PskStore`.
   */
  workerData?: unknown;
  /**
   * How often in a row a worker that ends by itself is replaced. One that has listened for a minute starts the count anew.
   * Integer 0..1000000, default 10; 0 replaces none. Throws `ERR_INVALID_OPTION`.
   */
  maxRestarts?: number | undefined;
  /**
   * How long `close()` waits for the goodbyes of a worker, and for its end, before it is terminated. Integer 0..600000 ms,
   * default 5000. Throws `ERR_INVALID_OPTION`.
   */
  closeTimeout?: number | undefined;
}

/** Where a {@link DtlsServerGroup} takes clients. */
export interface GroupListenOptions extends ListenOptions {
  /**
   * Whether sockets of other processes, or of another group, may share the port. Default false: it is this group's alone.
   * Throws `ERR_INVALID_OPTION`. `SO_REUSEPORT`.
   */
  reusePort?: boolean | undefined;
}

export interface GroupSettings {
  /** `file:` URL. */
  readonly script: string;
  readonly workers: number;
  readonly workerData: unknown;
  readonly maxRestarts: number;
  readonly closeTimeout: number;
}

const names: Record<keyof DtlsServerGroupOptions, true> = {
  script: true,
  workers: true,
  workerData: true,
  maxRestarts: true,
  closeTimeout: true,
};

export function parseGroupOptions(value: unknown): GroupSettings {
  const options = optionsRecord(value, 'DtlsServerGroup', Object.keys(names));
  return Object.freeze({
    script: parseScript(options['script']),
    workers: integer(options['workers'], 'workers', { min: 1, max: 1024, default: availableParallelism() }),
    workerData: parseWorkerData(options['workerData']),
    maxRestarts: integer(options['maxRestarts'], 'maxRestarts', { min: 0, max: 1_000_000, default: 10 }),
    closeTimeout: integer(options['closeTimeout'], 'closeTimeout', {
      min: 0,
      max: 600_000,
      unit: 'ms',
      default: 5_000,
    }),
  });
}

/** The flags are those of the first socket; the others join it. */
export function parseGroupListenOptions(value: unknown): ListenSettings {
  const settings = parseListenOptions(value);
  const shared = (settings.flags & EndpointFlag.reusePort) !== 0;
  return Object.freeze({ ...settings, flags: shared ? settings.flags : settings.flags | EndpointFlag.shareOnceBound });
}

function parseScript(value: unknown): string {
  const url = scriptUrl(value);
  if (url?.protocol !== 'file:') throw invalidOption('script', value, 'a file: URL, or a path, of an ES module');
  if (!existsSync(url)) throw invalidOption('script', url.href, 'a file that exists');
  return url.href;
}

function scriptUrl(value: unknown): URL | undefined {
  if (value instanceof URL) return value;
  if (typeof value !== 'string' || value === '') return undefined;
  return URL.canParse(value) && !path.isAbsolute(value) ? new URL(value) : pathToFileURL(path.resolve(value));
}

/** What cannot be cloned must not be found out when a worker is replaced. */
function parseWorkerData(value: unknown): unknown {
  try {
    structuredClone(value);
    return value;
  } catch (cause) {
    // Not its content: it may well hold keys.
    const { message } = cause as Error;
    throw new TlsError('ERR_INVALID_OPTION', `workerData: expected a value that can be cloned; ${message}`, { cause });
  }
}
