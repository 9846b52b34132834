import test from 'ava';
import { PeerTable } from '#lib/events/peer-table.js';
import type { Peer } from '#lib/socket/peer.js';

/** A number as native code makes it. */
function numberOf(slot: number, generation: number): number {
  return (generation << 20) | slot;
}

const [first, second] = [{}, {}] as unknown as [Peer, Peer];

test('a number of an earlier or a later generation finds nothing, and deletes nothing', (t) => {
  const peers = new PeerTable();
  peers.set(numberOf(3, 2), first);
  for (const generation of [1, 3]) {
    t.is(peers.get(numberOf(3, generation)), undefined);
    peers.delete(numberOf(3, generation));
  }
  t.is(peers.get(numberOf(3, 2)), first);
  t.is(peers.size, 1);
});

test('a slot is used again', (t) => {
  const peers = new PeerTable();
  peers.set(numberOf(3, 0x7ff), first);
  peers.delete(numberOf(3, 0x7ff));
  t.is(peers.size, 0);
  peers.set(numberOf(3, 1), second);
  t.is(peers.get(numberOf(3, 0x7ff)), undefined);
  t.is(peers.get(numberOf(3, 1)), second);
  t.is(peers.size, 1);
});

test('slots may come in any order, with gaps', (t) => {
  const peers = new PeerTable();
  peers.set(numberOf(50_000, 1), second);
  peers.set(numberOf(0, 1), first);
  t.is(peers.get(numberOf(50_000, 1)), second);
  t.is(peers.get(numberOf(49_999, 1)), undefined);
  t.is(peers.get(numberOf(50_001, 1)), undefined);
  t.deepEqual([...peers.values()], [first, second]);
});

test('peers may go while they are visited', (t) => {
  const peers = new PeerTable();
  peers.set(numberOf(0, 1), first);
  peers.set(numberOf(1, 1), second);
  const seen: Peer[] = [];
  for (const peer of peers.values()) {
    seen.push(peer);
    peers.clear();
  }
  t.deepEqual(seen, [first]);
  t.is(peers.size, 0);
});
