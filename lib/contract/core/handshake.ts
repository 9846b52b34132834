import type { ClientParameters, TlsaRecord } from '../../binding.js';
import type { NetBackend } from '../backends/net-backend.js';
import type { Configuration } from '../config/configuration.js';
import { type DtlsHandshakeTimeouts, timeoutMicros } from '../config/handshake-timeouts.js';
import { handshakeMtu } from '../config/mtu.js';
import { handshakeNames } from '../config/server-name.js';
import { usableOpportunistically } from '../dane.js';
import { ContractError } from '../errors/contract-error.js';
import { sessionBinding } from '../session-binding.js';
import { SessionBuffer } from '../session-buffer.js';

/** The state of a socket that a client's handshake depends on, besides its configuration. */
export interface HandshakeState {
  readonly tlsa: readonly TlsaRecord[];
  readonly timeouts: Readonly<DtlsHandshakeTimeouts>;
}

/** One handshake of a client, and what becomes of its session. */
export interface ClientHandshake {
  readonly parameters: ClientParameters;
  saveSession(der: Uint8Array): void;
  /** The handshake has failed: a session that was offered may be why. */
  dropSession(): void;
}

/** Throws when there is no name to check the certificate with. `host` is undefined where the backend has none. */
export function prepareHandshake(
  configuration: Configuration,
  { tlsa, timeouts }: HandshakeState,
  backend: NetBackend,
  host: string | undefined,
): ClientHandshake {
  const { security, serverName, sessionBuffer } = configuration;
  const checksName = security.mode === 'certificate' && (security.verify || security.dane);
  if (host === undefined && serverName === undefined && checksName) {
    const advice = 'set serverNameIndication or give the backend a remoteHostname';
    throw new ContractError('ENOBUFS', `decorate: there is no name to check the certificate with; ${advice}`);
  }
  const { sni, verified } = handshakeNames(serverName, host ?? '');
  const usesDane = security.mode === 'certificate' && security.dane;
  const records = usesDane ? tlsa : [];
  const buffer = sessionBuffer === undefined ? undefined : new SessionBuffer(sessionBuffer);
  const binding = buffer === undefined ? new Uint8Array() : sessionBinding(configuration, verified, records);
  const session = buffer?.load(binding) ?? new Uint8Array();
  const { identity, key } = security.mode === 'psk' ? security : { identity: nothing, key: nothing };
  const parameters: ClientParameters = {
    pskIdentity: identity,
    pskKey: key,
    serverName: sni,
    verifyName: checksName ? verified : '',
    tlsa: usesDane && !security.verify ? usableOpportunistically(records) : records,
    certificates: [],
    privateKey: null,
    session,
    mtu: backend.type === 'datagram' ? handshakeMtu(backend.innerMtu) : 0,
    minTimeoutMicros: timeoutMicros(timeouts.min),
    maxTimeoutMicros: timeoutMicros(timeouts.max),
  };
  return {
    parameters,
    saveSession: (der) => buffer?.save(binding, der),
    dropSession: () => {
      if (session.length > 0) buffer?.clear();
    },
  };
}

const nothing = new Uint8Array();
