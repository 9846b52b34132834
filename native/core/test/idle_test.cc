// Clients from which nothing comes are said goodbye to.

#include "network.h"
#include "own_records.h"
#include "test.h"

using core::Cause;
using core::EventKind;

namespace {

constexpr core::Micros kSecond = 1'000'000;
constexpr core::Micros kIdle = 300 * kSecond;
const core::Address kHome = ipv4(2, 40000);
constexpr uint16_t kSuites[] = {0xc0a8, 0x00ae};

LinkOptions expiring(uint16_t suite, core::Micros idle = kIdle) {
  return {.suites = {suite}, .server_engine = {.number = 1, .idle_timeout = idle}};
}

}  // namespace

TEST("a client that is silent for the idle timeout is said goodbye to, a microsecond earlier it is not") {
  for (const uint16_t suite : kSuites) {
    Network network(expiring(suite));
    Device& device = network.add(kHome);
    CHECK(network.connect(device));
    const core::PeerId peer = network.newest();
    network.wait(kIdle - 1);
    CHECK_EQUAL(network.server.counters.peers, 1u);
    network.wait(1);
    CHECK(network.closed(peer, Cause::kIdle));
    CHECK_EQUAL(network.server.counters.peers, 0u);
    CHECK_EQUAL(network.server.counters.peers_expired, 1u);
    CHECK_EQUAL(network.server.counters.peers_closed, 0u);
    CHECK_EQUAL(device.side.last(EventKind::kClosed)->a, static_cast<int32_t>(Cause::kCloseNotify));
    CHECK(network.server.engine.next_deadline() == core::kNever);
  }
}

TEST("each message of the client begins the idle time anew, ours do not") {
  for (const uint16_t suite : kSuites) {
    Network network(expiring(suite));
    Device& device = network.add(kHome);
    CHECK(network.connect(device));
    const core::PeerId peer = network.newest();
    for (int i = 0; i < 5; ++i) {
      network.wait(kIdle - 1);
      CHECK(network.say(device, "alive") == core::Status::kOk);
    }
    network.wait(kIdle - 1);
    CHECK(network.say(peer, "and you?") == core::Status::kOk);
    CHECK_EQUAL(network.server.counters.peers, 1u);
    network.wait(1);
    CHECK(network.closed(peer, Cause::kIdle));
  }
}

TEST("forged and replayed records do not keep an idle client alive") {
  for (const uint16_t suite : kSuites) {
    Network network(expiring(suite));
    Device& device = network.add(kHome);
    CHECK(network.connect(device));
    const core::PeerId peer = network.newest();
    CHECK(network.say(device, "once") == core::Status::kOk);
    const std::vector<uint8_t> record = network.to_server.back();
    std::vector<uint8_t> forged = record;
    forged[10] = 99;
    network.wait(kIdle - 1);
    network.inject(kHome, record);
    network.inject(kHome, forged);
    network.inject(kHome, network.to_server[0]);
    network.wait(1);
    CHECK(network.closed(peer, Cause::kIdle));
  }
}

TEST("the idle timeout may be shorter or longer than the life of a last flight") {
  for (const core::Micros idle : {kSecond, 239 * kSecond, 240 * kSecond, 241 * kSecond, 3600 * kSecond}) {
    Network network(expiring(0xc0a8, idle));
    Device& device = network.add(kHome);
    CHECK(network.connect(device));
    const core::PeerId peer = network.newest();
    const core::Micros start = network.now;
    while (network.server.counters.peers > 0 && network.advance()) {
    }
    CHECK_EQUAL(network.now - start, idle);
    CHECK(network.closed(peer, Cause::kIdle));
  }
}

TEST("a second handshake that is under way when the old association expires becomes the only one") {
  for (const uint16_t suite : kSuites) {
    Network network(expiring(suite, 60 * kSecond));
    Device& before = network.add(kHome);
    CHECK(network.connect(before));
    const core::PeerId old_peer = network.newest();
    before.listening = false;
    network.wait(60 * kSecond - 1);
    Device& after = network.add(kHome);
    const size_t until = network.sent_to_server + 2;
    network.pass = [until](bool to_server, size_t n, core::ByteView) { return !to_server || n < until; };
    network.start(after);
    network.exchange();
    network.pass = [](bool, size_t, core::ByteView) { return true; };
    network.wait(1);
    CHECK(network.closed(old_peer, Cause::kIdle));
    CHECK_EQUAL(network.server.counters.peers, 1u);
    while (!after.connected() && network.advance()) {
    }
    CHECK(after.connected());
    CHECK(network.talks(after, network.newest()));
  }
}

TEST("clients of our own do not expire") {
  Link link({.server_engine = {.number = 1, .idle_timeout = core::kNever}});
  CHECK(link.handshake());
  CHECK(link.client.engine.next_deadline() == core::kNever);
}
