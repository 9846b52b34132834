// Whom a server takes when there is little room.

#include "network.h"
#include "own_records.h"
#include "test.h"

using core::Cause;
using core::EventKind;

namespace {

constexpr core::Micros kSecond = 1'000'000;

LinkOptions limited(core::EngineOptions engine) {
  engine.number = 1;
  return {.server_engine = engine};
}
core::Address home(uint8_t n) { return ipv4(n, 40000); }

/// Loses what comes after the hello with its cookie.
void stop_half_way(Network& network, Device& device) {
  const size_t until = network.sent_to_server + 2;
  network.pass = [until](bool to_server, size_t n, core::ByteView) { return !to_server || n < until; };
  network.start(device);
  network.exchange();
  network.pass = [](bool, size_t, core::ByteView) { return true; };
  device.listening = false;
}

}  // namespace

TEST("a device takes its own place when the table is full, a stranger is refused") {
  Network network(limited({.max_peers = 2}));
  Device& first = network.add(home(2));
  CHECK(network.connect(first));
  CHECK(network.connect(network.add(home(3))));
  Device& stranger = network.add(home(4));
  network.start(stranger);
  network.exchange();
  CHECK_EQUAL(network.server.counters.peers, 2u);
  CHECK_EQUAL(network.server.counters.peers_refused, 1u);
  stranger.listening = false;

  first.listening = false;
  Device& again = network.add(home(2));
  CHECK(network.connect(again));
  CHECK(network.talks(again, network.newest()));
  CHECK_EQUAL(network.server.counters.peers, 2u);
}

TEST("two devices begin again at once in a full table") {
  Network network(limited({.max_peers = 2}));
  for (const uint8_t n : {2, 3}) CHECK(network.connect(network.add(home(n))));
  std::vector<Device*> again;
  for (const uint8_t n : {2, 3}) again.push_back(&network.add(home(n)));
  network.devices[0].listening = network.devices[1].listening = false;
  network.start(*again[0]);
  network.start(*again[1]);
  network.exchange();
  CHECK(again[0]->connected());
  CHECK(again[1]->connected());
  CHECK_EQUAL(network.server.counters.peers, 2u);
  CHECK_EQUAL(network.server.counters.peers_replaced, 2u);
}

TEST("a device whose old association has gone finds its place free, though others begin again in a full table") {
  Network network(limited({.max_peers = 2}));
  for (const uint8_t n : {2, 3}) CHECK(network.connect(network.add(home(n))));
  const core::PeerId first = network.server.events[0].peer;
  network.devices[0].listening = network.devices[1].listening = false;
  Device& again = network.add(home(2));
  stop_half_way(network, again);
  stop_half_way(network, network.add(home(3)));
  again.listening = true;
  network.server.engine.close(first);
  network.exchange();
  CHECK_EQUAL(network.server.counters.peers, 3u);
  while (!again.connected() && network.advance()) {
  }
  CHECK(again.connected());
  CHECK_EQUAL(network.server.count(EventKind::kClientError), 0u);
  CHECK(network.talks(again, network.newest()));
}

TEST("a device that begins again is not refused for the place that it has at its own address") {
  Network network(limited({.limits = {.max_peers_per_address = 1}}));
  Device& first = network.add(home(2));
  CHECK(network.connect(first));
  Device& neighbour = network.add(ipv4(2, 40001));
  network.start(neighbour);
  network.exchange();
  CHECK_EQUAL(network.server.counters.peers_refused_by_address, 1u);
  neighbour.listening = first.listening = false;
  Device& again = network.add(home(2));
  CHECK(network.connect(again));
  CHECK(network.talks(again, network.newest()));
  CHECK_EQUAL(network.server.counters.peers, 1u);
  CHECK(!network.connect(network.add(ipv4(2, 40002))));
}

TEST("half-open handshakes are limited, in all and by address, and end makes room") {
  Network network(limited({.limits = {.max_handshakes = 3, .max_handshakes_per_address = 2}}));
  for (uint16_t port = 1; port <= 3; ++port) stop_half_way(network, network.add(ipv4(2, port)));
  CHECK_EQUAL(network.server.counters.peers_handshaking, 2u);
  CHECK_EQUAL(network.server.counters.peers_refused_by_address, 1u);
  for (uint16_t port = 1; port <= 2; ++port) stop_half_way(network, network.add(ipv4(3, port)));
  CHECK_EQUAL(network.server.counters.peers_handshaking, 3u);
  CHECK_EQUAL(network.server.counters.handshakes_refused, 1u);
  while (network.server.counters.peers_handshaking > 0 && network.advance()) {
  }
  CHECK_EQUAL(network.server.counters.peers, 0u);
  CHECK(network.connect(network.add(ipv4(2, 9))));
}

TEST("peers of one address are limited, those of others are not, and a goodbye makes room") {
  Network network(limited({.limits = {.max_peers_per_address = 2}}));
  for (uint16_t port = 1; port <= 2; ++port) CHECK(network.connect(network.add(ipv4(2, port))));
  CHECK(network.connect(network.add(ipv4(3, 1))));
  Device& third = network.add(ipv4(2, 3));
  network.start(third);
  network.exchange();
  CHECK(!third.connected());
  CHECK_EQUAL(network.server.counters.peers_refused_by_address, 1u);
  network.devices[0].side.engine.close(network.devices[0].peer);
  network.exchange();
  while (!third.connected() && network.advance()) {
  }
  CHECK(third.connected());
}

TEST("one who was silent long enough makes room for a new client, with a goodbye") {
  Network network(limited({.max_peers = 2, .evict_after = 60 * kSecond}));
  for (const uint8_t n : {2, 3}) CHECK(network.connect(network.add(home(n))));
  const core::PeerId silent = network.server.events[0].peer;
  Device& newcomer = network.add(home(4));
  network.wait(60 * kSecond - 1);
  CHECK(network.say(network.devices[1], "here") == core::Status::kOk);
  network.start(newcomer);
  network.exchange();
  CHECK(!newcomer.connected());
  CHECK_EQUAL(network.server.counters.peers_refused, 1u);
  network.wait(kSecond);
  CHECK(newcomer.connected() || network.advance());
  CHECK(newcomer.connected());
  CHECK(network.closed(silent, Cause::kEvicted));
  CHECK_EQUAL(network.devices[0].count(EventKind::kClosed), 1u);
  CHECK_EQUAL(network.server.counters.peers_evicted, 1u);
  CHECK_EQUAL(network.server.counters.peers, 2u);
}

TEST("a client that finds no room at the end of its handshake is told so") {
  Network network(limited({.max_peers = 1, .evict_after = 60 * kSecond}));
  CHECK(network.connect(network.add(home(2))));
  network.wait(61 * kSecond);
  Device& late = network.add(home(3));
  const size_t until = network.sent_to_server + 2;
  network.pass = [until](bool to_server, size_t n, core::ByteView) { return !to_server || n < until; };
  network.start(late);
  network.exchange();
  network.pass = [](bool, size_t, core::ByteView) { return true; };
  CHECK(network.say(network.devices[0], "I am back") == core::Status::kOk);
  network.wait(kSecond);
  const Side::Event* error = network.server.last(EventKind::kClientError);
  CHECK(error != nullptr && error->a == static_cast<int32_t>(Cause::kRejected));
  CHECK_EQUAL(network.server.counters.peers, 1u);
  CHECK_EQUAL(late.count(EventKind::kClosed), 1u);
}

TEST("clients that might be let in for others who are idle are no more than the table has places") {
  Network network(limited({.max_peers = 4, .evict_after = 60 * kSecond}));
  for (uint8_t n = 2; n < 6; ++n) CHECK(network.connect(network.add(home(n))));
  network.wait(61 * kSecond);
  for (uint8_t n = 10; n < 40; ++n) stop_half_way(network, network.add(home(n)));
  CHECK_EQUAL(network.server.counters.peers_handshaking, 4u);
  CHECK(network.server.counters.peers_refused > 0);
}
