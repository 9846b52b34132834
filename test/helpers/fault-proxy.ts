/**
 * A UDP proxy on loopback between one server and any number of clients that loses, repeats, swaps, delays and damages
 * datagrams on purpose. Each client gets a link with a socket of its own towards the server. What happens to the n-th
 * datagram of a link and direction depends on the seed, the link's number, the direction and n alone, never on timing
 * between links.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describeDatagram, parseRecords } from './dtls-records.js';
import { type Direction, type DirectionFaults, drawFate, type Passage, type Verdict } from './fault-rules.js';
import { seededRandom } from './seeded-random.js';

export interface FaultProxyOptions {
  server: { address?: string; port: number };
  /** Default 1. */
  seed?: number;
  toServer?: DirectionFaults;
  toClient?: DirectionFaults;
  /** How long a held datagram waits for a successor before it goes alone. Default 100. */
  holdMilliseconds?: number;
}

/** One datagram that came in, and what became of it. */
export interface LogEntry extends Passage {
  fate: Verdict['fate'];
  /** Milliseconds since the proxy started. */
  at: number;
}

interface Lane {
  count: number;
  held: { bytes: Buffer; timer: NodeJS.Timeout } | undefined;
  random: () => number;
}

interface Link {
  index: number;
  server: FaultProxyOptions['server'];
  client: RemoteInfo;
  socket: Socket;
  lanes: Record<Direction, Lane>;
}

export class FaultProxy implements AsyncDisposable {
  /** Everything that came in, oldest first. */
  readonly log: LogEntry[] = [];

  readonly #options: FaultProxyOptions;
  readonly #front = createSocket('udp4');
  readonly #links = new Map<string, Link>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #started = performance.now();
  readonly #listeners = new Set<(entry: LogEntry) => void>();
  #faults: Record<Direction, DirectionFaults>;
  #server: FaultProxyOptions['server'];
  #closed = false;

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    proxy.#front.bind(0, '127.0.0.1');
    await once(proxy.#front, 'listening');
    return proxy;
  }

  private constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#server = options.server;
    this.#faults = { toServer: options.toServer ?? {}, toClient: options.toClient ?? {} };
    this.#front.on('message', (bytes, from) => this.#receive(this.#linkOf(from), 'toServer', bytes));
    this.#front.on('error', ignore);
  }

  /** Where clients send to. */
  get port(): number {
    return this.#front.address().port;
  }

  /** Replaces the faults of both directions; counting goes on. No argument: everything passes. */
  setFaults(faults: Partial<Record<Direction, DirectionFaults>> = {}): void {
    this.#faults = { toServer: faults.toServer ?? {}, toClient: faults.toClient ?? {} };
  }

  /** Where links that appear from now on lead. */
  redirect(server: FaultProxyOptions['server']): void {
    this.#server = server;
  }

  /** Sends a forged datagram as if it came from the other end of an existing link. It is not logged. */
  inject(direction: Direction, bytes: Buffer, link = 0): void {
    const found = [...this.#links.values()].find((candidate) => candidate.index === link);
    if (!found) throw new Error(`the proxy has no link ${link} yet`);
    this.#send(found, direction, bytes);
  }

  entries(direction: Direction, link = 0): LogEntry[] {
    return this.log.filter((entry) => entry.direction === direction && entry.link === link);
  }

  /** The first entry, past or to come, that passes `test`. */
  async seen(test: (entry: LogEntry) => boolean): Promise<LogEntry> {
    const past = this.log.find(test);
    if (past) return past;
    return new Promise((resolve) => {
      const listener = (entry: LogEntry): void => {
        if (!test(entry)) return;
        this.#listeners.delete(listener);
        resolve(entry);
      };
      this.#listeners.add(listener);
    });
  }

  /** The log as text, for a failing test's output. */
  transcript(): string[] {
    return this.log.map(({ at, link, direction, number, fate, bytes }) => {
      const arrow = direction === 'toServer' ? '->' : '<-';
      return `${at.toFixed(0).padStart(6)} ms link ${link} ${arrow} #${number} ${describeDatagram(bytes)}: ${fate}`;
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const sockets = [this.#front, ...[...this.#links.values()].map((link) => link.socket)];
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #linkOf(client: RemoteInfo): Link {
    const key = `${client.address}:${client.port}`;
    const known = this.#links.get(key);
    if (known) return known;
    const index = this.#links.size;
    const seed = this.#options.seed ?? 1;
    const lane = (number: number): Lane => ({ count: 0, held: undefined, random: seededRandom(seed, index, number) });
    const lanes = { toServer: lane(0), toClient: lane(1) };
    const link = { index, client, server: this.#server, socket: createSocket('udp4'), lanes };
    link.socket.on('message', (bytes) => this.#receive(link, 'toClient', bytes));
    link.socket.on('error', ignore);
    this.#links.set(key, link);
    return link;
  }

  #receive(link: Link, direction: Direction, bytes: Buffer): void {
    if (this.#closed) return;
    const lane = link.lanes[direction];
    const passage = { direction, link: link.index, number: ++lane.count, bytes, records: parseRecords(bytes) };
    const verdict = this.#judge(passage, lane);
    const entry = { ...passage, fate: verdict.fate, at: performance.now() - this.#started };
    this.log.push(entry);
    const waiting = lane.held;
    this.#carryOut(verdict, link, direction, bytes);
    if (waiting && verdict.fate !== 'lose') this.#releaseHeld(link, direction, waiting);
    for (const listener of this.#listeners) listener(entry);
  }

  #judge(passage: Passage, lane: Lane): Verdict {
    const faults = this.#faults[passage.direction];
    const drawn = drawFate(faults, passage, lane.random);
    for (const rule of faults.rules ?? []) {
      const verdict = rule(passage);
      if (verdict) return verdict;
    }
    return drawn;
  }

  #carryOut(verdict: Verdict, link: Link, direction: Direction, bytes: Buffer): void {
    switch (verdict.fate) {
      case 'lose':
        return;
      case 'pass':
        return this.#send(link, direction, bytes);
      case 'replace':
        return this.#send(link, direction, verdict.bytes);
      case 'duplicate':
        for (let copy = 0; copy <= verdict.copies; copy++) this.#send(link, direction, bytes);
        return;
      case 'delay':
        this.#later(verdict.milliseconds, () => this.#send(link, direction, bytes));
        return;
      case 'hold':
        this.#hold(link, direction, bytes);
    }
  }

  #hold(link: Link, direction: Direction, bytes: Buffer): void {
    const lane = link.lanes[direction];
    // One place per lane: with a datagram already waiting, this one is its successor and goes first.
    if (lane.held) return this.#send(link, direction, bytes);
    const held = {
      bytes,
      timer: this.#later(this.#options.holdMilliseconds ?? 100, () => this.#releaseHeld(link, direction, held)),
    };
    lane.held = held;
  }

  #releaseHeld(link: Link, direction: Direction, held: NonNullable<Lane['held']>): void {
    const lane = link.lanes[direction];
    if (lane.held !== held) return;
    lane.held = undefined;
    clearTimeout(held.timer);
    this.#timers.delete(held.timer);
    this.#send(link, direction, held.bytes);
  }

  #later(milliseconds: number, action: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, milliseconds);
    this.#timers.add(timer);
    return timer;
  }

  #send(link: Link, direction: Direction, bytes: Buffer): void {
    if (this.#closed) return;
    const { address = '127.0.0.1', port } = link.server;
    if (direction === 'toServer') link.socket.send(bytes, port, address, ignore);
    else this.#front.send(bytes, link.client.port, link.client.address, ignore);
  }
}

/** The network is allowed to fail here: an unreachable end is a datagram lost. */
function ignore(): void {}
