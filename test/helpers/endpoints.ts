/** Endpoints as lib/events has them, without the classes of the public API around: for what is said of native code alone. */
import { createSocket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import type { ExecutionContext } from 'ava';
import {
  type Address,
  CLIENT_ROLE,
  type ContextSettings,
  type NativeContext,
  native,
  ProtocolVersion,
  SERVER_ROLE,
  Transport,
  Verify,
} from '#lib/binding.js';
import { createCounters, readCounters } from '#lib/events/counters.js';
import type { Endpoint, EndpointOwner } from '#lib/events/endpoint.js';
import { type EndpointSettings, openEndpoint, openScriptEndpoint } from '#lib/events/reactor.js';
import type { ClosedRecord, ConnectedRecord, SessionRecord, SessionWantedRecord } from '#lib/events/records.js';
import type { Peer } from '#lib/socket/peer.js';
import { client1 } from './credentials.js';
import { ccm8 } from './suites.js';

interface Events {
  connected: [record: ConnectedRecord];
  closed: [record: ClosedRecord];
  message: [message: Buffer];
  datagram: [address: string, port: number, datagram: Buffer];
  session: [record: SessionRecord];
  sessionWanted: [record: SessionWantedRecord];
  end: [];
}

/** An endpoint with its owner, which makes every event one of Node's. */
export class TestEndpoint extends EventEmitter<Events> implements EndpointOwner {
  readonly endpoint: Endpoint;
  readonly #counters = createCounters();

  /** With `'script'`, JavaScript is in the place of the network. */
  constructor(settings: Partial<EndpointSettings> | 'script' = {}) {
    super();
    const common = { maxPeers: 10, counters: this.#counters, copyMessages: false };
    this.endpoint =
      settings === 'script'
        ? openScriptEndpoint({ ...common, ipOverhead: 28 }, this)
        : openEndpoint({ ...plainSettings, ...common, ...settings }, this);
  }

  get counters() {
    return readCounters(this.#counters);
  }

  get address(): Address {
    return this.endpoint.native.localAddress(this.endpoint.number);
  }

  /** Begins a handshake and returns the peer's id. */
  dial(port: number, context: NativeContext = clientContext(), address = '127.0.0.1', session?: Buffer): number {
    const parameters = session ? { ...clientParameters, session } : clientParameters;
    return this.endpoint.native.connect(this.endpoint.number, address, port, context, parameters);
  }

  send(peer: number, message: string): number {
    return this.endpoint.native.send(this.endpoint.number, peer, Buffer.from(message));
  }

  /** Of a script endpoint: a datagram comes in. */
  inject(port: number, datagram: Uint8Array, address = '127.0.0.1'): void {
    this.endpoint.native.injectDatagram(this.endpoint.number, address, port, datagram);
  }

  /** Connects the UDP socket itself. */
  connectSocket(port: number, address = '127.0.0.1'): void {
    this.endpoint.native.connectEndpoint(this.endpoint.number, address, port);
  }

  shutdown(): void {
    this.endpoint.native.shutdownEndpoint(this.endpoint.number);
  }

  serve(context: NativeContext | null): void {
    this.endpoint.native.setServerContext(this.endpoint.number, context);
  }

  get fd(): number {
    return this.endpoint.native.endpointFd(this.endpoint.number);
  }

  get pathMtu(): number {
    return this.endpoint.native.pathMtu(this.endpoint.number);
  }

  async close(): Promise<void> {
    if (this.endpoint.closing) return;
    this.endpoint.close();
    await once(this, 'end');
  }

  peerConnected(endpoint: Endpoint, record: ConnectedRecord): void {
    const deliver = (message: Buffer) => this.emit('message', message);
    endpoint.peers.set(record.peer, { deliver } as unknown as Peer);
    this.emit('connected', record);
  }

  peerClosed(endpoint: Endpoint, record: ClosedRecord): void {
    endpoint.peers.delete(record.peer);
    this.emit('closed', record);
  }

  datagramOut(_endpoint: Endpoint, address: string, port: number, datagram: Buffer): void {
    this.emit('datagram', address, port, datagram);
  }

  session(_endpoint: Endpoint, record: SessionRecord): void {
    this.emit('session', record);
  }

  sessionWanted(_endpoint: Endpoint, record: SessionWantedRecord): void {
    this.emit('sessionWanted', record);
  }

  answerSession(peer: number, session: Buffer | null): number {
    return this.endpoint.native.answerSession(this.endpoint.number, peer, session);
  }

  endpointClosed(): void {
    this.emit('end');
  }

  endpointFailed(_endpoint: Endpoint, errno: number): void {
    throw new Error(`the socket failed with error ${errno}`);
  }

  clientFailed(): void {}

  keylogLine(): void {}
}

/** A test endpoint that is closed when the test ends. */
export function openTestEndpoint(
  t: ExecutionContext,
  settings: Partial<EndpointSettings> | 'script' = {},
): TestEndpoint {
  const opened = new TestEndpoint(settings);
  t.teardown(() => opened.close());
  return opened;
}

/** Puts a UDP socket of Node's under a script endpoint: what it sends goes to `port`, and what comes is injected. */
export async function carry(t: ExecutionContext, script: TestEndpoint, port?: number): Promise<number> {
  const socket = createSocket('udp4');
  t.teardown(async () => {
    await script.close();
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  });
  socket.on('message', (datagram, from) => script.inject(from.port, datagram, from.address));
  script.on('datagram', (address, to, datagram) => socket.send(datagram, port ?? to, address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket.address().port;
}

/** Wires two script endpoints to each other and makes them peers; nothing is sent twice in the time of a test. */
export async function pairScripts(client: TestEndpoint, server: TestEndpoint): Promise<number> {
  const patience = { minTimeoutMicros: 60_000_000, maxTimeoutMicros: 60_000_000 };
  server.serve(serverContext(patience));
  client.on('datagram', (_address, _port, datagram) => server.inject(1, datagram));
  server.on('datagram', (_address, _port, datagram) => client.inject(2, datagram));
  const accepted = once(server, 'connected');
  const connected = once(client, 'connected') as Promise<[ConnectedRecord]>;
  client.dial(2, clientContext(patience));
  const [{ peer }] = await connected;
  await accepted;
  return peer;
}

export function clientContext(settings: Partial<ContextSettings> = {}): NativeContext {
  return new native.Context({ ...plainContext, role: CLIENT_ROLE, ...settings });
}

/** Knows {@link client1}. */
export function serverContext(settings: Partial<ContextSettings> = {}): NativeContext {
  const psk = new native.PskTable();
  psk.set(Buffer.from(client1.identity), client1.key);
  return new native.Context({ ...plainContext, role: SERVER_ROLE, psk, ...settings });
}

export const clientParameters = {
  pskIdentity: Buffer.from(client1.identity),
  pskKey: client1.key,
  serverName: '',
  verifyName: '',
  tlsa: [],
  certificates: [],
  privateKey: null,
  session: new Uint8Array(),
  mtu: 0,
  minTimeoutMicros: 0,
  maxTimeoutMicros: 0,
};

const plainSettings = {
  backend: 'auto',
  address: '127.0.0.1',
  port: 0,
  flags: 0,
  receiveBufferSize: 0,
  sendBufferSize: 0,
} as const;

/** DTLS 1.2 with a pre-shared key. */
const plainContext = {
  transport: Transport.datagram,
  minVersion: ProtocolVersion.dtls12,
  maxVersion: ProtocolVersion.dtls12,
  cipherSuites: Uint16Array.of(ccm8.id),
  preferOwnOrder: false,
  securityLevel: 2,
  encryptThenMac: false,
  ownRecords: true,
  mtu: 1232,
  minTimeoutMicros: 1_000_000,
  maxTimeoutMicros: 60_000_000,
  psk: null,
  asksPsk: false,
  asksAdmission: false,
  asksCredentials: false,
  certificates: [],
  privateKey: null,
  passphrase: null,
  trustAnchors: [],
  trustPaths: [],
  systemTrust: false,
  crls: [],
  rebuildChain: false,
  verify: Verify.none,
  dane: false,
  sessions: false,
  sessionCacheSize: 0,
  sessionTimeout: 0,
  externalSessions: false,
  tickets: false,
};
