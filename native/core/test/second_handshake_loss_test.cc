// Any datagram of a second handshake may be lost, repeated or come in another order.

#include <random>

#include "hello_fragments.h"
#include "network.h"
#include "own_records.h"
#include "test.h"

using core::Cause;
using core::EventKind;

namespace {

const core::Address kHome = ipv4(2, 40000);
constexpr uint16_t kCcm8 = 0xc0a8;
constexpr uint16_t kCbc = 0x00ae;
constexpr core::Micros kPatient = 1024'000'000;
struct Suites {
  uint16_t before;
  uint16_t after;
};
constexpr Suites kSuites[] = {{kCcm8, kCcm8}, {kCcm8, kCbc}, {kCbc, kCcm8}, {kCbc, kCbc}};

void survives(const Suites& suites, const std::function<bool(bool to_server, size_t n)>& lost) {
  Network network({.suites = {kCcm8, kCbc}, .max_timeout = kPatient});
  Device& before = network.add(kHome, {.suites = {suites.before}});
  CHECK(network.connect(before));
  const core::PeerId old_peer = network.newest();
  before.listening = false;
  const size_t up = network.sent_to_server;
  const size_t down = network.sent_to_client;
  network.pass = [&](bool to_server, size_t n, core::ByteView) {
    return !lost(to_server, n - (to_server ? up : down));
  };
  Device& after = network.add(kHome, {.suites = {suites.after}, .max_timeout = kPatient});
  CHECK(network.connect(after));
  network.pass = [](bool, size_t, core::ByteView) { return true; };
  CHECK(network.closed(old_peer, Cause::kReplaced));
  CHECK(network.talks(after, network.newest()));
  CHECK_EQUAL(network.server.counters.peers, 1u);
}

}  // namespace

TEST("a second handshake survives the loss of any one datagram, and of any two") {
  constexpr size_t kDatagrams = 12;  // six each way
  for (const Suites& suites : kSuites) {
    for (size_t first = 0; first < kDatagrams; ++first) {
      for (size_t second = first; second < kDatagrams; ++second) {
        survives(suites, [&](bool to_server, size_t n) {
          const size_t number = n * 2 + (to_server ? 0 : 1);
          return number == first || number == second;
        });
      }
    }
  }
}

TEST("a second handshake survives heavy random loss") {
  for (const Suites& suites : kSuites) {
    for (unsigned seed = 0; seed < 30; ++seed) {
      std::mt19937 random(seed);
      survives(suites, [&](bool, size_t) { return random() % 10 < 3; });
    }
  }
}

TEST("the hello of a second handshake may come in fragments") {
  for (const Suites& suites : kSuites) {
    for (const bool swapped : {false, true}) {
      Network network({.suites = {kCcm8, kCbc}});
      Device& before = network.add(kHome, {.suites = {suites.before}});
      CHECK(network.connect(before));
      const core::PeerId old_peer = network.newest();
      before.listening = false;
      const size_t with_cookie = network.sent_to_server + 1;
      Device& after = network.add(kHome, {.suites = {suites.after}});
      network.pass = [&](bool to_server, size_t n, core::ByteView datagram) {
        if (!to_server || n != with_cookie) return true;
        const std::vector<uint8_t> whole(datagram.begin(), datagram.end());
        const HelloFragments fragments(whole, HelloFragments::body_size(whole) - 4);
        network.server.engine.receive(swapped ? fragments.second : fragments.first, kHome, network.now);
        network.server.engine.receive(swapped ? fragments.first : fragments.second, kHome, network.now);
        network.server.deliver();
        return false;
      };
      CHECK(network.connect(after));
      CHECK(network.closed(old_peer, Cause::kReplaced));
      CHECK(network.talks(after, network.newest()));
    }
  }
}

TEST("the last flight of a second handshake comes again when it was lost, though the old association has gone") {
  Network network({.suites = {kCcm8}});
  Device& before = network.add(kHome);
  CHECK(network.connect(before));
  before.listening = false;
  Device& after = network.add(kHome);
  int lost = 0;
  network.pass = [&](bool to_server, size_t, core::ByteView) {
    if (to_server || network.server.counters.handshakes_completed < 2) return true;
    return ++lost > 2;
  };
  CHECK(network.connect(after));
  CHECK(lost > 2);
  CHECK(network.server.counters.last_flights_repeated >= 2u);
  CHECK(network.talks(after, network.newest()));
}

/// The client's last datagram of a second handshake, behind what the old one still has to say: `records` messages, and
/// a goodbye or not.
static void share_a_datagram(const Suites& suites, size_t records, bool goodbye, size_t room) {
  Network network({.suites = {kCcm8, kCbc}});
  Device& before = network.add(kHome, {.suites = {suites.before}});
  CHECK(network.connect(before));
  const core::PeerId old_peer = network.newest();
  Device& after = network.add(kHome, {.suites = {suites.after}});
  const size_t last = network.sent_to_server + 2;
  std::vector<uint8_t> shared;
  network.pass = [&](bool to_server, size_t n, core::ByteView datagram) {
    if (to_server && n == last) shared.assign(datagram.begin(), datagram.end());
    return !to_server || n != last;
  };
  network.start(after);
  network.exchange();
  CHECK(!shared.empty());
  core::Outbox& outbox = before.side.outbox;
  for (size_t i = 0; i < records; ++i) before.side.engine.send(before.peer, core::bytes_of(std::to_string(i)));
  if (goodbye) before.side.engine.close(before.peer);
  std::vector<uint8_t> datagram;
  for (size_t i = 0; i < outbox.size(); ++i) {
    const core::ByteView record = outbox.bytes(outbox[i]);
    datagram.insert(datagram.end(), record.begin(), record.end());
  }
  outbox.clear();
  datagram.insert(datagram.end(), shared.begin(), shared.end());
  before.listening = false;

  Side& server = network.server;
  const auto lend = [&] {
    server.sink.lend_events(server.records.data(), core::EventSink::kReservedEvents + room - 1);
  };
  server.events.clear();
  lend();
  server.engine.receive(datagram, kHome, network.now);
  for (server.deliver(), lend(); server.engine.has_backlog(); server.deliver(), lend()) server.engine.resume();
  server.sink.lend_events(server.records.data(), server.records.size());
  network.exchange();

  CHECK_EQUAL(server.events.size(), records + 2);
  for (size_t i = 0; i < records && i < server.events.size(); ++i) {
    CHECK(server.events[i].kind == EventKind::kMessage && server.events[i].peer == old_peer);
    CHECK(server.events[i].payload == std::to_string(i));
  }
  CHECK(network.closed(old_peer, goodbye ? Cause::kCloseNotify : Cause::kReplaced));
  CHECK(server.events.back().kind == EventKind::kConnected);
  CHECK(after.connected());
  network.pass = [](bool, size_t, core::ByteView) { return true; };
  CHECK(network.talks(after, server.events.back().peer));
  CHECK_EQUAL(server.counters.peers, 1u);
}

TEST("last messages and a goodbye of the old association may share a datagram with the end of the second handshake") {
  for (const Suites& suites : kSuites) {
    for (const bool goodbye : {false, true}) {
      for (const size_t records : {0, 1, 20}) share_a_datagram(suites, records, goodbye, 200);
    }
  }
}

TEST("so they may when there is room for few events at a time, and all come in order") {
  for (const Suites& suites : kSuites) {
    for (const bool goodbye : {false, true}) {
      for (const size_t room : {1, 2, 5}) share_a_datagram(suites, 20, goodbye, room);
    }
  }
}
