import type { Packet } from './pcapng.js';

const CHANGE_CIPHER_SPEC = 20;
const RECORD_HEADER = 13;

/** Handshakes under way that are remembered; the oldest go first. */
const MAX_HANDSHAKES = 16_384;

/** Secrets of handshakes that began before the capture did. */
const MAX_EARLY = 1_024;

/** Packets of one peer, and how long they wait: what has no secrets by then will not have any. */
const MAX_HELD = 64;
const LONGEST_WAIT_MICROS = 10_000_000;

interface Handshake {
  readonly random: string;
  logged: boolean;
  readonly held: Packet[];
}

/**
 * Readers want secrets before the first packet that needs them, but a handshake may wait: for its turn, or for the
 * application to look a key up. Then its packets wait here, those of other peers go on.
 */
export class HeldPackets {
  /** By peer. The oldest is first. */
  readonly #handshakes = new Map<string, Handshake>();
  readonly #peers = new Map<string, string>();
  /** Randoms whose hello has not been seen, and whose secrets have. */
  readonly #early = new Set<string>();

  /** `random` is that of a ClientHello. Returns what is to be written now, in order. */
  push(peer: string, packet: Packet, datagram: Buffer, random: string | undefined): Packet[] {
    if (random !== undefined) return [...this.#begin(peer, random), packet];
    const handshake = this.#handshakes.get(peer);
    if (handshake === undefined) return [packet];
    const { held, logged } = handshake;
    if (held.length === 0 && !needsSecrets(datagram)) return [packet];
    if (logged) {
      this.#forget(peer, handshake);
      return [packet];
    }
    held.push(packet);
    const waited = packet.at - (held[0] as Packet).at;
    return held.length > MAX_HELD || waited > LONGEST_WAIT_MICROS ? this.release(peer) : [];
  }

  /** The secrets of `random` are in the file. Returns what has waited for them. */
  logged(random: string): Packet[] {
    const peer = this.#peers.get(random);
    const handshake = peer === undefined ? undefined : this.#handshakes.get(peer);
    if (peer === undefined || handshake === undefined) {
      if (this.#early.size < MAX_EARLY) this.#early.add(random);
      return [];
    }
    if (handshake.held.length > 0) return this.release(peer);
    handshake.logged = true;
    return [];
  }

  /** No secrets will come. Returns what has waited for them. */
  release(peer: string): Packet[] {
    const handshake = this.#handshakes.get(peer);
    if (handshake === undefined) return [];
    this.#forget(peer, handshake);
    return handshake.held;
  }

  releaseAll(): Packet[] {
    return [...this.#handshakes.keys()].flatMap((peer) => this.release(peer));
  }

  #begin(peer: string, random: string): Packet[] {
    const before = this.#handshakes.get(peer);
    if (before?.random === random) return [];
    const held = this.release(peer);
    this.#handshakes.set(peer, { random, logged: this.#early.delete(random), held: [] });
    this.#peers.set(random, peer);
    if (this.#handshakes.size <= MAX_HANDSHAKES) return held;
    const [oldest] = this.#handshakes.keys();
    return oldest === undefined ? held : [...held, ...this.release(oldest)];
  }

  #forget(peer: string, { random }: Handshake): void {
    this.#handshakes.delete(peer);
    this.#peers.delete(random);
  }
}

/** Whether there is a record from ChangeCipherSpec on. */
function needsSecrets(datagram: Buffer): boolean {
  for (let at = 0; at + RECORD_HEADER <= datagram.length; ) {
    if (datagram[at] === CHANGE_CIPHER_SPEC || datagram.readUInt16BE(at + 3) !== 0) return true;
    at += RECORD_HEADER + datagram.readUInt16BE(at + 11);
  }
  return false;
}
