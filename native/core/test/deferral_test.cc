// Handshakes that wait for a later turn, so that established peers are heard first.

#include "network.h"
#include "own_records.h"
#include "test.h"

using core::EventKind;

namespace {

const core::Address kHome = ipv4(2, 40000);

void handle_all(Network& network) {
  while (network.server.engine.has_deferred()) {
    network.server.engine.handle_deferred(network.now);
    network.server.deliver();
  }
}

/// A hello with its cookie.
std::vector<uint8_t> verified_hello(Network& network, Device& device) {
  const size_t first = network.sent_to_server;
  network.pass = [first](bool to_server, size_t n, core::ByteView) { return !to_server || n <= first; };
  network.start(device);
  network.exchange();
  network.pass = [](bool, size_t, core::ByteView) { return true; };
  return network.to_server.back();
}

}  // namespace

TEST("a handshake is carried through by deferred turns only") {
  Network network;
  Device& device = network.add(kHome);
  network.server.engine.set_deferring(true);
  network.start(device);
  for (int i = 0; i < 10 && !device.connected(); ++i) {
    network.exchange();
    handle_all(network);
  }
  network.exchange();
  CHECK(device.connected());
  CHECK_EQUAL(network.server.counters.handshake_datagrams_deferred, 2u);
  CHECK_EQUAL(network.server.counters.datagrams_received, 3u);
  CHECK_EQUAL(network.server.counters.bytes_received, device.side.counters.bytes_sent);
  CHECK(network.talks(device, network.newest()));
  const core::PeerTraffic& traffic = network.server.engine.find(network.newest())->traffic();
  CHECK_EQUAL(traffic.datagrams_received, 3u);
}

TEST("established peers are heard while handshakes wait") {
  Network network;
  Device& device = network.add(kHome);
  CHECK(network.connect(device));
  network.server.engine.set_deferring(true);
  Device& waiting = network.add(ipv4(3, 1));
  network.start(waiting);
  network.exchange();
  CHECK(network.server.engine.has_deferred());
  CHECK(network.talks(device, network.newest()));
  CHECK_EQUAL(network.server.counters.handshakes_started, 1u);
}

TEST("hellos without a valid cookie are answered at once and never wait") {
  Network network;
  network.server.engine.set_deferring(true);
  Device& device = network.add(kHome);
  network.pass = [](bool to_server, size_t n, core::ByteView) { return !to_server || n == 0; };
  network.start(device);
  network.exchange();
  CHECK_EQUAL(network.server.counters.hello_verify_requests, 1u);
  CHECK(!network.server.engine.has_deferred());
}

TEST("what one peer sends takes a bounded number of places, the rest is dropped and counted") {
  Network network;
  const std::vector<uint8_t> hello = verified_hello(network, network.add(kHome));
  network.server.engine.set_deferring(true);
  for (int i = 0; i < 100; ++i) network.server.engine.receive(hello, kHome, network.now);
  CHECK_EQUAL(network.server.counters.handshake_datagrams_deferred, 32u);
  CHECK_EQUAL(network.server.counters.handshake_datagrams_dropped, 100u - 32u);
  handle_all(network);
  CHECK(!network.server.engine.has_deferred());
  CHECK_EQUAL(network.server.counters.peers, 1u);
}

TEST("a second handshake waits like a first one, and is counted once") {
  for (const uint16_t suite : {0xc0a8, 0x00ae}) {
    Network network({.suites = {suite}});
    Device& before = network.add(kHome);
    CHECK(network.connect(before));
    const core::PeerId old_peer = network.newest();
    const core::PeerTraffic at_first = network.server.engine.find(old_peer)->traffic();
    Device& after = network.add(kHome);
    network.server.engine.set_deferring(true);
    network.start(after);
    network.exchange();
    CHECK(network.server.engine.has_deferred());
    CHECK_EQUAL(network.server.counters.peers, 1u);
    CHECK(network.talks(before, old_peer));
    handle_all(network);
    // Two hellos and one message.
    CHECK(network.server.engine.find(old_peer)->traffic().datagrams_received <= at_first.datagrams_received + 3);
    const uint64_t of_hello = network.server.counters.handshake_datagrams_deferred;
    network.exchange();
    CHECK(network.server.engine.has_deferred());
    CHECK(!network.closed(old_peer, core::Cause::kReplaced));
    CHECK(network.server.counters.handshake_datagrams_deferred > of_hello);
    for (int i = 0; i < 10 && !after.connected(); ++i) {
      handle_all(network);
      network.exchange();
    }
    CHECK(after.connected());
    CHECK(network.closed(old_peer, core::Cause::kReplaced));
    before.listening = false;
    CHECK(network.talks(after, network.newest()));
  }
}

TEST("what waits goes with close_all(), and with its association nothing is left to find") {
  Network network;
  Device& device = network.add(kHome);
  network.server.engine.set_deferring(true);
  network.start(device);
  network.exchange();
  handle_all(network);
  network.exchange();
  CHECK(network.server.engine.has_deferred());
  network.server.engine.close_all();
  CHECK(!network.server.engine.has_deferred());
  CHECK_EQUAL(network.server.counters.peers, 0u);
}
