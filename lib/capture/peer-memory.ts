import type { Packet } from './pcapng.js';

/** What JavaScript needs for a packet besides its bytes, and for a peer besides its packets: more or less. */
const PACKET_OVERHEAD = 256;
const PEER_OVERHEAD = 1_024;

/** Of one peer. More of them are of connections that were long ago. */
const MAX_RANDOMS = 8;

interface Kept {
  readonly order: number;
  readonly packet: Packet;
  readonly cost: number;
}

/** The last packets within a number of bytes. */
class Ring {
  #packets: Kept[] = [];
  #first = 0;
  #bytes = 0;

  /** Returns by how much there is more than before. */
  push(kept: Kept, limit: number): number {
    const before = this.#bytes;
    this.#packets.push(kept);
    this.#bytes += kept.cost;
    while (this.#bytes > limit && this.#first < this.#packets.length) {
      this.#bytes -= (this.#packets[this.#first] as Kept).cost;
      this.#first += 1;
    }
    if (this.#first > 64 && this.#first * 2 > this.#packets.length) {
      this.#packets = this.#packets.slice(this.#first);
      this.#first = 0;
    }
    return this.#bytes - before;
  }

  get packets(): Kept[] {
    return this.#packets.slice(this.#first);
  }

  get bytes(): number {
    return this.#bytes;
  }
}

class PeerPackets {
  readonly handshakes = new Ring();
  readonly messages = new Ring();
  readonly randoms: string[] = [];

  get cost(): number {
    return PEER_OVERHEAD + this.handshakes.bytes + this.messages.bytes;
  }
}

export interface PeerMemoryLimits {
  readonly peerBytes: number;
  readonly memoryBytes: number;
}

/** The last packets of each peer, within limits. A handshake is not displaced by messages: without it they mean nothing. */
export class PeerMemory {
  readonly #limits: PeerMemoryLimits;
  /** The one that was silent for the longest time comes first. */
  readonly #peers = new Map<string, PeerPackets>();
  readonly #onForgotten: (randoms: readonly string[]) => void;
  #bytes = 0;
  #order = 0;
  #evicted = 0;

  /** `onForgotten` gets the randoms of connections whose packets are gone. */
  constructor(limits: PeerMemoryLimits, onForgotten: (randoms: readonly string[]) => void) {
    this.#limits = limits;
    this.#onForgotten = onForgotten;
  }

  get peers(): IterableIterator<string> {
    return this.#peers.keys();
  }

  /** Bytes in use, as far as they are counted. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Peers that had to go for want of room. */
  get evicted(): number {
    return this.#evicted;
  }

  /** `random` is that of a ClientHello. */
  push(peer: string, packet: Packet, isMessage: boolean, random: string | undefined): void {
    const kept = { order: this.#order++, packet, cost: packet.bytes.length + PACKET_OVERHEAD };
    const known = this.#peers.get(peer);
    const packets = known ?? new PeerPackets();
    if (known === undefined) this.#bytes += PEER_OVERHEAD;
    else this.#peers.delete(peer); // to the end
    this.#peers.set(peer, packets);
    const ring = isMessage ? packets.messages : packets.handshakes;
    this.#bytes += ring.push(kept, this.#limits.peerBytes / 2);
    if (random !== undefined && !packets.randoms.includes(random)) {
      packets.randoms.push(random);
      if (packets.randoms.length > MAX_RANDOMS) this.#onForgotten(packets.randoms.splice(0, 1));
    }
    this.#makeRoom();
  }

  /** What there is of a peer, in order; it is forgotten. */
  take(peer: string): { packets: Packet[]; randoms: readonly string[] } {
    const found = this.#peers.get(peer);
    if (found === undefined) return { packets: [], randoms: [] };
    this.#remove(peer, found);
    const kept = [...found.handshakes.packets, ...found.messages.packets].sort((a, b) => a.order - b.order);
    return { packets: kept.map(({ packet }) => packet), randoms: found.randoms };
  }

  forget(peer: string): void {
    this.#onForgotten(this.take(peer).randoms);
  }

  #makeRoom(): void {
    for (const [peer, packets] of this.#peers) {
      if (this.#bytes <= this.#limits.memoryBytes) return;
      this.#remove(peer, packets);
      this.#evicted += 1;
      this.#onForgotten(packets.randoms);
    }
  }

  #remove(peer: string, packets: PeerPackets): void {
    this.#peers.delete(peer);
    this.#bytes -= packets.cost;
  }
}
