import { connect as connectTcp, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { clientContext, clientParameters, streamTransport } from '../context.js';
import { publishConnect, publishConnectionClose } from '../diagnostics.js';
import { abortError } from '../errors/abort-error.js';
import { invalidOption } from '../options/check.js';
import { wipeClientSecrets } from '../options/client-security.js';
import { resolveHost } from '../resolve-host.js';
import { bindSession } from '../session-binding.js';
import { createTlsSocket } from './socket-factory.js';
import {
  type ConnectTlsOptions,
  parseConnectTlsOptions,
  type TcpTarget,
  type TlsClientSettings,
} from './tls-client-options.js';
import { TlsConnection } from './tls-connection.js';
import './tls-socket.js'; // sets createTlsSocket
import type { TlsSocket } from './tls-socket.js';

/**
 * Connects to a TLS 1.2 or 1.3 server over TCP, or over any other byte stream.
 *
 * Rejects with a `TlsError` when the options are bad (nothing is opened then) or when connecting fails: `ECONNREFUSED`,
 * `ENOTFOUND`, `ECONNRESET`, `ETIMEDOUT`, ...; `ERR_ALERT_RECEIVED` when the server refuses; `ERR_CERTIFICATE_VERIFY` when its
 * certificate is not believed, with the name of the fault as `verifyError`; `ERR_DANE_UNUSABLE`, `ERR_TLS_LIBRARY`,
 * `ABORT_ERR`. With TLS 1.3 a server that refuses our
 * certificate does so after the handshake: by an `'error'` of the socket, before anything could be read.
 *
 * @example
 * const socket = await connectTls({ host: 'coap.example', port: 5684, ca });
 * socket.write('hello');
 */
export async function connectTls(options: ConnectTlsOptions): Promise<TlsSocket> {
  const settings = parseConnectTlsOptions(options);
  const { host, port } = settings.target instanceof Duplex ? {} : settings.target;
  return publishConnect('tls', host, port, () => connectAs(settings));
}

async function connectAs(settings: TlsClientSettings): Promise<TlsSocket> {
  const { target, security, signal, handshakeTimeout, allowHalfOpen, keylog, keylogFile } = settings;
  const what = target instanceof Duplex ? 'connectTls' : `connect to ${bracketed(target.host)}:${target.port}`;
  let connection: TlsConnection | undefined;
  try {
    if (signal?.aborted) throw abortError(what, signal);
    const context = clientContext(security, streamTransport, keylog || keylogFile !== undefined);
    const transport = target instanceof Duplex ? target : await openTcp(target, settings);
    const parameters = clientParameters(security);
    connection = new TlsConnection({ transport, context, parameters, what, handshakeTimeout });
    const socket = createTlsSocket(connection, {
      ...{ role: 'client', allowHalfOpen, keylog, keylogFile },
      bindSession: (session) => bindSession(security, session),
    });
    connection.start();
    await established(connection, what, signal);
    socket.once('close', () => publishConnectionClose('tls', undefined, { socket }, socket.errored ?? undefined));
    return socket;
  } finally {
    wipeClientSecrets(security);
    if (connection === undefined && target instanceof Duplex) target.destroy();
  }
}

/** A socket on its way: what goes wrong is its `'error'`, and what is written to it waits. */
async function openTcp(target: TcpTarget, { noDelay, signal }: TlsClientSettings): Promise<Socket> {
  const { host, port, localAddress, localPort } = target;
  const options = { host, port, noDelay, allowHalfOpen: true };
  if (localAddress === undefined) return connectTcp({ ...options, ...(localPort > 0 && { localPort }) });
  const local = await resolveHost(localAddress, 0, signal);
  const remote = await resolveHost(host, local.family, signal);
  if (signal?.aborted) throw abortError('connectTls', signal);
  if (local.family !== remote.family) {
    throw invalidOption('localAddress', localAddress, `an IPv${remote.family} address, as host ${host} is one`);
  }
  return connectTcp({ ...options, host: remote.address, localAddress: local.address, localPort });
}

async function established(connection: TlsConnection, what: string, signal: AbortSignal | undefined): Promise<void> {
  const onAbort = () => connection.destroy();
  if (signal?.aborted)
    onAbort(); // while the transport was opened
  else signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await connection.established;
  } catch (error) {
    throw signal?.aborted ? abortError(what, signal) : error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
