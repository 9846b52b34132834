import { Lwm2mServer } from '../lwm2m/index.js';
import {
  type CertificateFiles,
  type CredentialOptions,
  randomCredentials,
  readCertificates,
  readCredentials,
} from './credentials.js';
import { ExitCode, UsageError } from './exit-codes.js';
import { watchInterrupts } from './interrupt.js';
import { formatAddress } from './printable.js';
import { reportServer, serveLog } from './serve-log.js';

export interface ServeOptions extends CredentialOptions, CertificateFiles {
  port: number;
  host?: string;
  cipherSuites?: (string | number)[];
  keylog?: string;
  json?: boolean;
  /** Client certificates are asked for and reported, whatever they are. */
  insecureNoVerify?: boolean;
}

/** `lwm2m-tls serve`: the LwM2M test server until Ctrl-C, one line per event on stdout. Resolves with the exit code. */
export async function runServe(options: ServeOptions): Promise<number> {
  const psk = readCredentials(options);
  const { cert, key, ca } = readCertificates(options);
  if (cert === undefined && (ca !== undefined || options.insecureNoVerify === true)) {
    throw new UsageError(
      '--ca and --insecure-no-verify are about the certificates of clients: they need --cert and --key',
    );
  }
  const log = serveLog(options.json === true);
  const madeUp = psk.size === 0 && cert === undefined ? randomCredentials(1, 'device-') : [];
  for (const { identity, key } of madeUp) psk.set(identity, key);
  const server = new Lwm2mServer({
    psk: psk.size > 0 ? psk : undefined,
    ...{ cert, key, ca },
    requestCert: ca !== undefined || options.insecureNoVerify === true,
    rejectUnauthorized: options.insecureNoVerify !== true,
    cipherSuites: options.cipherSuites,
    keylogFile: options.keylog,
  });
  const interrupt = watchInterrupts();
  const stopping = new AbortController();
  reportServer(server, log, stopping.signal);
  const failure = new Promise<Error>((resolve) => server.once('error', resolve));
  const stopped = new Promise<void>((resolve) => interrupt.signal.addEventListener('abort', () => resolve()));

  const { address, port } = await server.listen({ host: options.host, port: options.port });
  log('listening', { address, port, identities: psk.size }, `coaps://${formatAddress(address, port)}`);
  for (const { identity, key } of madeUp) {
    const hex = key.toString('hex');
    log('credential', { identity, key: hex }, `made up for this run: --psk-identity ${identity} --psk-key ${hex}`);
  }
  const error = await Promise.race([failure, stopped]);
  stopping.abort();
  await server.close();
  const lwm2m = server.counters();
  const dtls = server.dtls.counters(); // after the close, which fails the handshakes that were under way
  interrupt.release();
  log(
    'stopped',
    { lwm2m, dtls },
    `${dtls.handshakesCompleted} handshakes, ${dtls.handshakesFailed} failed; ${lwm2m.registrations} registrations, ` +
      `${lwm2m.updates} updates, ${lwm2m.deregistrations} de-registrations, ${lwm2m.expirations} expired`,
  );
  if (error !== undefined) throw error;
  return interrupt.exitCode() ?? ExitCode.ok;
}
