import { publishConnect } from '../diagnostics.js';
import { abortError } from '../errors/abort-error.js';
import { invalidOption } from '../options/check.js';
import { type ClientSettings, type ConnectOptions, parseConnectOptions } from '../options/client-options.js';
import { wipeClientSecrets } from '../options/client-security.js';
import { type ResolvedHost, resolveHost } from '../resolve-host.js';
import type { DtlsSocket } from '../socket/dtls-socket.js';
import { askForPsk } from './ask-for-psk.js';
import { ClientConnection } from './client-connection.js';

/**
 * Connects to a DTLS server from a UDP socket of its own, which is closed with the connection.
 *
 * Rejects with a `TlsError` when the options are bad (nothing is opened then) or when the handshake fails:
 * `ECONNREFUSED` when the system says that nobody listens there, `ETIMEDOUT` when the server stays silent (which is
 * also how most servers treat a wrong key), `ERR_ALERT_RECEIVED` when it refuses, `ERR_CERTIFICATE_VERIFY` when its
 * certificate is not believed, with the name of the fault as `verifyError`; `ERR_DANE_UNUSABLE`, `ERR_TLS_LIBRARY`,
 * `ERR_QUESTION_FAILED`, `ABORT_ERR`.
 *
 * @example
 * const socket = await connect({ host: '127.0.0.1', port, psk: { identity: 'device', key: Buffer.from('secret') } });
 * socket.send('hello');
 */
export async function connect(options: ConnectOptions): Promise<DtlsSocket> {
  const settings = parseConnectOptions(await askForPsk(options));
  return publishConnect('dtls', settings.host, settings.port, () => connectAs(settings));
}

async function connectAs(settings: ClientSettings): Promise<DtlsSocket> {
  try {
    const { signal } = settings;
    if (signal?.aborted) throw abortError('connect', signal);
    const local = settings.localAddress === undefined ? undefined : await resolveHost(settings.localAddress, 0, signal);
    const remote = await resolveHost(settings.host, local?.family ?? 0, signal);
    if (signal?.aborted) throw abortError('connect', signal);
    checkFamilies(settings, remote, local);
    return await new ClientConnection(settings, remote, local).established;
  } finally {
    wipeClientSecrets(settings.security);
  }
}

function checkFamilies(
  { localAddress, host }: ClientSettings,
  remote: ResolvedHost,
  local: ResolvedHost | undefined,
): void {
  if (local === undefined || local.family === remote.family) return;
  throw invalidOption('localAddress', localAddress, `an IPv${remote.family} address, as host ${host} is one`);
}
