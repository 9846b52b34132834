import type { DtlsSocket } from '../index.js';
import { type Lwm2mServer, locationOf, type Registration } from '../lwm2m/index.js';
import { explainServerFailure } from './explain-failure.js';
import { formatAddress, printable } from './printable.js';

/** Writes one event: `fields` for machines, `text` for people. */
export type ServeLog = (event: string, fields: Readonly<Record<string, unknown>>, text: string) => void;

const EVENT_WIDTH = 12;

/** A log on stdout: a line of text, or a JSON object with `time` and `event`, per event. */
export function serveLog(asJson: boolean): ServeLog {
  return (event, fields, text) => {
    const time = new Date().toISOString();
    const line = asJson
      ? JSON.stringify({ time, event, ...fields })
      : `${time} ${event.padEnd(EVENT_WIDTH)} ${printable(text)}`;
    process.stdout.write(`${line}\n`);
  };
}

/** Writes what the devices of `server` do. From the abort of `stopping` on, it is the server that ends associations. */
export function reportServer(server: Lwm2mServer, log: ServeLog, stopping: AbortSignal): void {
  server.on('connection', (socket) => {
    const peer = peerOf(socket);
    let failure: Error | undefined;
    log('connected', peer, peerText(peer));
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => {
      const goodbye = stopping.aborted ? 'closed by this server' : 'said goodbye';
      const reason = failure?.message ?? goodbye;
      log('disconnected', { ...peer, reason }, `${peerText(peer)} ${reason}`);
    });
  });
  server.on('clientError', (error) => {
    const { what, advice } = explainServerFailure(error);
    const { remoteAddress: address, remotePort: port, pskIdentity: identity, code } = error;
    const fields = { address, port, identity, code, alert: error.alert, what, advice };
    log('failed', fields, `${formatAddress(address, port)} ${identity ?? '-'} ${what} (${code}); ${advice}`);
  });
  server.on('register', (registration, replaced) => {
    const fields = { ...fieldsOf(registration), replaced: replaced?.id };
    const suffix = replaced === undefined ? '' : ` replaces ${locationOf(replaced)}`;
    log('register', fields, `${registrationText(registration)}${suffix}`);
  });
  for (const event of ['update', 'deregister', 'expire'] as const) {
    server.on(event, (registration) => log(event, fieldsOf(registration), registrationText(registration)));
  }
  server.on('request', ({ method, path, query, code, diagnostic }, socket) => {
    if (code.startsWith('2.')) return; // its event follows
    const peer = peerOf(socket);
    const target = query.length === 0 ? path : `${path}?${query.join('&')}`;
    const text = `${peerText(peer)} ${method} ${target} -> ${code}${diagnostic === undefined ? '' : ` ${diagnostic}`}`;
    log('refused', { ...peer, method, path, query, code, diagnostic }, text);
  });
}

interface Peer extends Record<string, unknown> {
  readonly address: string;
  readonly port: number;
  readonly identity: string | undefined;
  readonly cipher: string;
}

function peerOf(socket: DtlsSocket): Peer {
  return {
    address: socket.remoteAddress,
    port: socket.remotePort,
    identity: socket.pskIdentity ?? socket.peerCertificate?.subject.replaceAll('\n', ', '),
    cipher: socket.cipher.name,
  };
}

function peerText({ address, port, identity, cipher }: Peer): string {
  return `${formatAddress(address, port)} ${identity ?? '-'} ${cipher}`;
}

function fieldsOf(registration: Registration): Record<string, unknown> {
  const {
    remoteAddress: address,
    remotePort: port,
    identity,
    cipher,
    endpoint,
    lifetime,
    version,
    binding,
  } = registration;
  return {
    ...{ address, port, identity, cipher, endpoint, lifetime, version, binding },
    queueMode: registration.queueMode,
    location: locationOf(registration),
    objects: registration.objects.map(({ target }) => target),
  };
}

function registrationText(registration: Registration): string {
  const { remoteAddress: address, remotePort: port, identity, cipher, endpoint, lifetime, version } = registration;
  const objects = registration.objects.map(({ target }) => target).join(',');
  return (
    `${peerText({ address, port, identity, cipher })} endpoint=${endpoint} location=${locationOf(registration)} ` +
    `lifetime=${lifetime} s lwm2m=${version} objects=${objects}`
  );
}
