/** The server that a run starts for itself, in a process of its own. Talks to its parent by messages, and ends with it. */
import { type Address, DtlsServer } from '../index.js';
import { Lwm2mServer, type Registration } from '../lwm2m/index.js';
import type { TargetReport, TargetSeat } from './target-seat.js';

const MOST_SESSIONS = 1_048_576;
/** Battery Level. */
const OBSERVED_PATH = '/3/0/9';

process.once('message', (seat: TargetSeat) => void serve(seat));
process.once('disconnect', () => process.exit());
// Ctrl-C reaches every process of the terminal; the parent decides when this one ends.
process.on('SIGINT', () => {});

async function serve(seat: TargetSeat): Promise<void> {
  const { kind, host, devices, credentials, cipherSuites } = seat;
  const psk = new Map(credentials.map(([identity, key]) => [identity, Buffer.from(key, 'hex')]));
  const common = {
    psk,
    cipherSuites,
    sessions: { cacheSize: Math.min(MOST_SESSIONS, Math.max(20_480, devices)) },
  };
  try {
    const address = kind === 'echo' ? await serveEcho(common, host) : await serveLwm2m(common, seat);
    report({ listening: address });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    report({ failed: { code: code ?? 'ERR_UNKNOWN', message } });
    process.disconnect();
  }
}

async function serveEcho(options: ConstructorParameters<typeof DtlsServer>[0], host: string): Promise<Address> {
  const server = new DtlsServer(options);
  server.on('message', (message, socket) => {
    if (socket.state === 'connected') socket.send(message);
  });
  answerWithCounters(() => ({ ...server.counters() }));
  return await server.listen({ host, port: 0 });
}

/** CoAP is answered as an LwM2M server does, and what is none comes back. */
async function serveLwm2m(
  options: ConstructorParameters<typeof Lwm2mServer>[0],
  { host, devices, observes }: TargetSeat,
): Promise<Address> {
  const server = new Lwm2mServer({ ...options, maxRegistrations: Math.max(100_000, 2 * devices) });
  if (observes) observeAll(server);
  server.on('connection', (socket) => {
    socket.on('message', (message) => {
      if (!looksLikeCoap(message) && socket.state === 'connected') socket.send(message);
    });
  });
  answerWithCounters(() => ({ ...server.dtls.counters(), ...prefixed('lwm2m.', server.counters()) }));
  return await server.listen({ host, port: 0 });
}

/** A device that sleeps too soon is asked again when it wakes. */
function observeAll(server: Lwm2mServer): void {
  const observed = new Set<string>();
  const observe = ({ endpoint }: Registration): void => {
    if (observed.has(endpoint)) return;
    observed.add(endpoint);
    server.observe(endpoint, OBSERVED_PATH).catch(() => observed.delete(endpoint));
  };
  server.on('register', (registration) => {
    observed.delete(registration.endpoint);
    observe(registration);
  });
  server.on('update', observe);
}

/** Version 1 (RFC 7252, 3). */
function looksLikeCoap(message: Buffer): boolean {
  return message.length > 0 && message.readUInt8(0) >> 6 === 1;
}

function answerWithCounters(counters: () => Record<string, number>): void {
  process.on('message', (message) => {
    if (message === 'counters') report({ counters: { ...counters(), rss: process.memoryUsage.rss() } });
  });
}

function prefixed(prefix: string, counters: object): Record<string, number> {
  return Object.fromEntries(Object.entries(counters).map(([name, value]) => [`${prefix}${name}`, value]));
}

function report(what: TargetReport): void {
  process.send?.(what);
}
