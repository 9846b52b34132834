import { Buffer } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import ipaddr from 'ipaddr.js';
import type { TlsError } from '../errors/tls-error.js';
import type { Endpoint } from '../events/endpoint.js';
import type { EndpointTap, TappedRecord } from '../events/tap.js';
import type { CaptureSettings } from '../options/capture.js';
import { setStartCapture } from './capture-factory.js';
import { CaptureFile } from './capture-file.js';
import { clientRandomOfHello, clientRandomOfLine } from './client-random.js';
import { HeldPackets } from './held-packets.js';
import { decryptionSecrets, enhancedPacket, type Packet, sectionStart } from './pcapng.js';
import { PeerMemory } from './peer-memory.js';
import { udpPacket } from './udp-packet.js';

/** Of the record layer: application data, with a connection id or without. */
const MESSAGE_RECORDS: ReadonlySet<number | undefined> = new Set([23, 25]);

/** Lines whose hello has not been seen, or whose connection nobody asks for. */
const MAX_LINES = 65_536;

/**
 * A capture that runs: what it writes is said at {@link CaptureOptions}. Started by `DtlsServer.startCapture()`, or by the
 * option `capture`.
 *
 * Nothing that befalls the file disturbs the traffic: when it cannot be written any more, the capture ends, `error` says
 * why, and a process warning with the code `LWM2M_TLS_CAPTURE` does.
 */
export class Capture implements AsyncDisposable {
  readonly #settings: CaptureSettings;
  readonly #endpoint: Endpoint;
  readonly #file: CaptureFile;
  readonly #memory: PeerMemory | undefined;
  readonly #held = new HeldPackets();
  /** Of connections whose datagrams are not in the file, by client random. */
  readonly #lines = new Map<string, Buffer>();
  /** Of the peer that the capture is about, where it is about one. */
  readonly #randoms = new Set<string>();
  readonly #onlyAddress: Buffer | undefined;
  readonly #clockOffset: number;
  readonly #tap: EndpointTap;
  readonly #localAddress: Buffer;
  /** Peers that failed in this turn, and with what. */
  #failed = new Map<string, string>();
  #packets = 0;
  #dropped = 0;
  #error: TlsError | undefined;
  #running = true;
  #stopped: Promise<void> | undefined;

  static {
    setStartCapture((endpoint, settings) => new Capture(endpoint, settings));
  }

  private constructor(endpoint: Endpoint, settings: CaptureSettings) {
    const { address, port } = endpoint.localAddress;
    const { when, remoteAddress } = settings;
    this.#settings = settings;
    this.#endpoint = endpoint;
    this.#localAddress = bytesOf(address);
    this.#onlyAddress = remoteAddress === undefined ? undefined : bytesOf(remoteAddress);
    this.#clockOffset = (performance.timeOrigin + performance.now()) * 1_000 - Number(process.hrtime.bigint() / 1_000n);
    const start = sectionStart('lwm2m-tls', `${address} port ${port}`);
    this.#file = new CaptureFile(settings, start, (error) => this.#onFileError(error));
    if (when === 'failure') this.#memory = new PeerMemory(settings, (randoms) => this.#forgetLines(randoms));
    this.#tap = {
      datagram: (_endpoint, record) => this.#onDatagram(record),
      keylogLine: (line) => this.#onLine(line),
      peerEnded: (peerAddress, peerPort, error) => this.#onPeerEnded(peerAddress, peerPort, error),
      endpointClosed: () => this.#finish(),
    };
    endpoint.addTap(this.#tap);
  }

  /** As the option said. */
  get file(): string {
    return this.#settings.file;
  }

  /** Whether datagrams are still captured: false after `stop()`, the end of the server, and an error. */
  get running(): boolean {
    return this.#running;
  }

  /** Datagrams in the file. */
  get packets(): number {
    return this.#packets;
  }

  /** Datagrams that are missing in the file: it was full, or more came than could be handled. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Bytes of datagrams that are kept in memory; 0 unless `when` is `'failure'`. */
  get memoryBytes(): number {
    return this.#memory?.bytes ?? 0;
  }

  /** Why the file could not be written: `ENOSPC`, `EIO`, ... */
  get error(): TlsError | undefined {
    return this.#error;
  }

  /**
   * With `when: 'failure'`: writes what is kept of all peers, as if they had failed. `reason` becomes the comment of the
   * first packet of each. For tests that fail for a reason of their own.
   */
  save(reason?: string): void {
    for (const peer of [...(this.#memory?.peers ?? [])]) this.#savePeer(peer, reason);
  }

  /**
   * Ends the capture; what was sent and received before is in the file when this resolves. Rejects with what `error` has.
   * Idempotent.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** The same as `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    await settled();
    this.#finish();
    if (this.#error !== undefined) throw this.#error;
  }

  #finish(): void {
    if (!this.#running) return;
    this.#saveFailed();
    this.#writePackets(this.#held.releaseAll());
    this.#end();
    this.#file.close();
  }

  #end(): void {
    this.#running = false;
    this.#endpoint.removeTap(this.#tap);
    this.#lines.clear();
    this.#failed.clear();
  }

  #onFileError(error: TlsError): void {
    this.#error = error;
    this.#end();
    process.emitWarning(`${error.message}; the capture has ended`, {
      type: 'CaptureWarning',
      code: 'LWM2M_TLS_CAPTURE',
    });
  }

  #onDatagram(record: TappedRecord): void {
    const { peerAddress, peerPort, datagram } = record;
    this.#dropped += record.lostBefore;
    if (!this.#isWanted(peerAddress, peerPort)) return;
    const packet = this.#packetOf(record);
    const random = clientRandomOfHello(datagram);
    if (this.#memory !== undefined) {
      const isMessage = MESSAGE_RECORDS.has(datagram[0]);
      this.#memory.push(keyOf(peerAddress, peerPort), packet, isMessage, random);
      return;
    }
    if (random !== undefined && this.#onlyAddress !== undefined) this.#claim(random);
    this.#writePackets(this.#held.push(keyOf(peerAddress, peerPort), packet, datagram, random));
  }

  #packetOf({ peerAddress, peerPort, localAddress, datagram, sent, at, lostBefore }: TappedRecord): Packet {
    const peer = { address: peerAddress, port: peerPort };
    const local = { address: localAddress ?? this.#localFor(peerAddress), port: this.#endpoint.localAddress.port };
    const bytes = sent ? udpPacket(local, peer, datagram) : udpPacket(peer, local, datagram);
    return { at: Math.floor(at + this.#clockOffset), sent, bytes, lostBefore };
  }

  /** A socket for both IP versions may not tell which address it was. */
  #localFor(peerAddress: Buffer): Buffer {
    return this.#localAddress.length === peerAddress.length ? this.#localAddress : Buffer.alloc(peerAddress.length);
  }

  #isWanted(address: Buffer, port: number): boolean {
    if (this.#onlyAddress === undefined) return true;
    const { remotePort } = this.#settings;
    return this.#onlyAddress.equals(address) && (remotePort === undefined || remotePort === port);
  }

  /** Secrets come before the packets that they decrypt. Those of others stay out of the file. */
  #onLine(line: Buffer): void {
    const random = clientRandomOfLine(line);
    if (random === undefined) return;
    const isEverybodys = this.#memory === undefined && this.#onlyAddress === undefined;
    if (isEverybodys || this.#randoms.has(random)) {
      this.#writeSecrets(random, line);
      return;
    }
    this.#lines.set(random, Buffer.from(line));
    if (this.#lines.size <= MAX_LINES) return;
    for (const oldest of this.#lines.keys()) {
      this.#lines.delete(oldest);
      return;
    }
  }

  /** A connection of the peer that the capture is about begins. */
  #claim(random: string): void {
    this.#randoms.add(random);
    const line = this.#lines.get(random);
    if (line !== undefined) this.#writeSecrets(random, line);
    this.#forgetLines([random]);
  }

  #writeSecrets(random: string, line: Buffer): void {
    this.#randoms.delete(random);
    this.#write([decryptionSecrets(line)], 0);
    this.#writePackets(this.#held.logged(random));
  }

  #onPeerEnded(address: string, port: number, error: TlsError | undefined): void {
    const peer = keyOf(bytesOf(address), port);
    this.#writePackets(this.#held.release(peer));
    if (this.#memory === undefined) return;
    if (error === undefined) {
      if (!this.#failed.has(peer)) this.#memory.forget(peer);
      return;
    }
    if (this.#failed.size === 0) void this.#saveSoon();
    if (!this.#failed.has(peer)) this.#failed.set(peer, error.message);
  }

  /** What is sent because of the failure, an alert say, is still under way. */
  async #saveSoon(): Promise<void> {
    await settled();
    this.#saveFailed();
  }

  #saveFailed(): void {
    const failed = this.#failed;
    this.#failed = new Map();
    for (const [peer, reason] of failed) this.#savePeer(peer, reason);
  }

  #savePeer(peer: string, comment: string | undefined): void {
    if (this.#memory === undefined || !this.#running) return;
    const { packets, randoms } = this.#memory.take(peer);
    if (packets.length === 0) return;
    const blocks = packets.map((packet, index) => enhancedPacket(index === 0 ? { ...packet, comment } : packet));
    this.#write([...this.#takeSecrets(randoms), ...blocks], packets.length);
  }

  #takeSecrets(randoms: readonly string[]): Buffer[] {
    const lines = randoms.map((random) => this.#lines.get(random)).filter((line) => line !== undefined);
    const blocks = lines.length === 0 ? [] : [decryptionSecrets(Buffer.concat(lines))];
    this.#forgetLines(randoms);
    return blocks;
  }

  #forgetLines(randoms: readonly string[]): void {
    for (const random of randoms) {
      this.#lines.get(random)?.fill(0);
      this.#lines.delete(random);
    }
  }

  #writePackets(packets: readonly Packet[]): void {
    for (const packet of packets) this.#write([enhancedPacket(packet)], 1);
  }

  #write(blocks: readonly Buffer[], packets: number): void {
    if (this.#file.write(blocks)) this.#packets += packets;
    else this.#dropped += packets;
  }
}

/** Until what was sent, received and reported in this turn of the loop has been delivered. */
async function settled(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

function keyOf(address: Uint8Array, port: number): string {
  return `${Buffer.from(address).toString('latin1')}:${port}`;
}

/** 4 bytes, or 16. */
function bytesOf(address: string): Buffer {
  const parsed = ipaddr.parse(address.replace(/%.*$/, ''));
  const mapped = parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress();
  return Buffer.from((mapped ? parsed.toIPv4Address() : parsed).toByteArray());
}
