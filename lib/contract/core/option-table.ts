import type { TlsaRecord } from '../../binding.js';
import { invalidOption } from '../../options/check.js';
import { parseTlsaRecords } from '../../options/tlsa.js';
import type { NetBackend } from '../backends/net-backend.js';
import type { Channel } from '../channel/channel.js';
import { parseAddressFamily } from '../config/backend-configuration.js';
import type { Configuration } from '../config/configuration.js';
import { type DtlsHandshakeTimeouts, parseDtlsHandshakeTimeouts } from '../config/handshake-timeouts.js';
import { DEFAULT_MTU } from '../config/mtu.js';
import { ContractError } from '../errors/contract-error.js';
import { inContractTerms } from '../errors/convert.js';
import { SocketOption } from '../socket-option.js';
import { AddressFamily, SocketState } from '../socket-state.js';

/** What the options are about. */
export interface OptionHolder {
  readonly configuration: Configuration;
  readonly backend: NetBackend;
  readonly state: SocketState;
  readonly channel: Channel | undefined;
  readonly resumed: boolean;
  recvTimeout: number;
  tlsa: readonly TlsaRecord[];
  timeouts: Readonly<DtlsHandshakeTimeouts>;
}

interface OptionEntry {
  readonly get?: (holder: OptionHolder) => unknown;
  readonly set?: (holder: OptionHolder, value: unknown) => void;
}

const table: Readonly<Record<SocketOption, OptionEntry>> = {
  [SocketOption.recvTimeout]: { get: ({ recvTimeout }) => recvTimeout, set: setRecvTimeout },
  [SocketOption.state]: { get: ({ state }) => state },
  [SocketOption.addrFamily]: { get: ({ backend }) => backend.addressFamily ?? AddressFamily.unspecified },
  [SocketOption.mtu]: { get: getMtu },
  [SocketOption.innerMtu]: { get: getInnerMtu },
  [SocketOption.sessionResumed]: { get: ({ resumed }) => resumed },
  [SocketOption.bytesSent]: { get: ({ backend, channel }) => backend.bytesSent ?? channel?.bytesSent ?? 0 },
  [SocketOption.bytesReceived]: {
    get: ({ backend, channel }) => backend.bytesReceived ?? channel?.bytesReceived ?? 0,
  },
  [SocketOption.daneTlsaArray]: { set: setTlsaRecords },
  [SocketOption.hasBufferedData]: { get: ({ channel }) => channel?.hasBufferedData ?? false },
  [SocketOption.dtlsHandshakeTimeouts]: { set: setHandshakeTimeouts },
  [SocketOption.connectionIdResumed]: { get: () => false },
  [SocketOption.preferredAddrFamily]: {
    get: ({ backend }) => supported(backend.preferredAddressFamily, 'preferredAddrFamily'),
    set: ({ backend }, value) => {
      supported(backend.preferredAddressFamily, 'preferredAddrFamily');
      backend.preferredAddressFamily = parseFamily(value, 'preferredAddrFamily');
    },
  },
  [SocketOption.forcedAddrFamily]: {
    get: ({ backend }) => supported(backend.forcedAddressFamily, 'forcedAddrFamily'),
    set: ({ backend }, value) => {
      supported(backend.forcedAddressFamily, 'forcedAddrFamily');
      backend.forcedAddressFamily = parseFamily(value, 'forcedAddrFamily');
    },
  },
};

/** Throws `EINVAL` for keys that do not exist, or can only be set. */
export function getOption(holder: OptionHolder, key: unknown): unknown {
  const { get } = entryOf(key, 'getOpt');
  if (get === undefined) throw new ContractError('EINVAL', `getOpt: ${nameOf(key)} can only be set`);
  return inContractTerms('getOpt', () => get(holder));
}

/** Throws `EINVAL` for keys that do not exist, or can only be read. */
export function setOption(holder: OptionHolder, key: unknown, value: unknown): void {
  const { set } = entryOf(key, 'setOpt');
  if (set === undefined) throw new ContractError('EINVAL', `setOpt: ${nameOf(key)} can only be read`);
  inContractTerms('setOpt', () => set(holder, value));
}

function setRecvTimeout(holder: OptionHolder, value: unknown): void {
  if (typeof value !== 'number') throw invalidOption('recvTimeout', value, 'a number of milliseconds');
  holder.recvTimeout = value;
}

function getMtu({ backend, state }: OptionHolder): number {
  const { mtu } = backend;
  if (mtu !== undefined) return mtu;
  if (state === SocketState.closed) throw new ContractError('EBADF', 'getOpt: mtu: the socket is closed');
  if (backend.type === 'stream') throw new ContractError('ENOTSUP', 'getOpt: mtu: a stream has none');
  throw new ContractError('ENOTCONN', 'getOpt: mtu: it is known of a connected socket only');
}

function getInnerMtu({ backend, state, channel }: OptionHolder): number {
  if (backend.type === 'stream' || state === SocketState.closed) return 0;
  const innerMtu = channel?.innerMtu(backend.innerMtu ?? DEFAULT_MTU);
  if (innerMtu !== undefined) return innerMtu;
  throw new ContractError('EBADF', 'getOpt: innerMtu: it is known after the handshake');
}

function setTlsaRecords(holder: OptionHolder, value: unknown): void {
  const { security } = holder.configuration;
  if (security.mode !== 'certificate' || !security.dane) {
    throw new ContractError('EINVAL', 'setOpt: daneTlsaArray: security.dane is not configured');
  }
  holder.tlsa = parseTlsaRecords(value, 'daneTlsaArray');
}

function setHandshakeTimeouts(holder: OptionHolder, value: unknown): void {
  if (holder.configuration.transport === 'stream') {
    throw new ContractError('EBADF', 'setOpt: dtlsHandshakeTimeouts: TLS has none');
  }
  try {
    holder.timeouts = parseDtlsHandshakeTimeouts(value);
  } catch (error) {
    throw new ContractError('EBADF', `setOpt: ${(error as Error).message}`, { cause: error });
  }
}

function parseFamily(value: unknown, name: string): AddressFamily {
  if (value === undefined) throw invalidOption(name, value, 'a member of AddressFamily');
  return parseAddressFamily(value, name);
}

function supported<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value;
  throw new ContractError('EINVAL', `${name}: the backend resolves no names`);
}

function entryOf(key: unknown, what: string): OptionEntry {
  const entry = typeof key === 'number' ? table[key as SocketOption] : undefined;
  if (entry === undefined) throw new ContractError('EINVAL', `${what}: there is no option ${String(key)}`);
  return entry;
}

function nameOf(key: unknown): string {
  const [name] = Object.entries(SocketOption).find(([, value]) => value === key) ?? [];
  return name ?? String(key);
}
