// Whoever sends hellos in the name of an established device, without its key, changes nothing and leaves nothing.

#include "network.h"
#include "own_records.h"
#include "test.h"

using core::Cause;
using core::EventKind;

namespace {

const core::Address kHome = ipv4(2, 40000);
constexpr uint16_t kSuites[] = {0xc0a8, 0x00ae};

/// The n-th datagram of the client's handshake: 0 hello, 1 hello with cookie, 2 key exchange and Finished.
std::vector<uint8_t> sent(const Network& network, size_t first, size_t n) { return network.to_server[first + n]; }

struct Established {
  explicit Established(uint16_t suite)
      : network({.suites = {0xc0a8, 0x00ae}}), device(network.add(kHome, {.suites = {suite}})) {
    CHECK(network.connect(device));
    peer = network.newest();
  }
  /// As good as on the first day.
  void check_unchanged() {
    CHECK(network.talks(device, peer));
    CHECK_EQUAL(network.server.count(EventKind::kClosed), 0u);
    CHECK_EQUAL(network.server.count(EventKind::kConnected), 1u);
    CHECK_EQUAL(network.server.counters.peers, 1u);
    CHECK_EQUAL(network.server.counters.peers_handshaking, 0u);
    CHECK_EQUAL(network.server.engine.find(peer)->successor, 0);
  }

  Network network;
  Device& device;
  core::PeerId peer = 0;
};

}  // namespace

TEST("a hello without a cookie is answered with one, and nothing is kept") {
  for (const uint16_t suite : kSuites) {
    Established before(suite);
    const std::vector<uint8_t> hello = sent(before.network, 0, 0);
    for (int i = 0; i < 100; ++i) {
      std::vector<uint8_t> spoofed = hello;
      spoofed[30] ^= static_cast<uint8_t>(i);  // the random
      before.network.inject(kHome, spoofed);
    }
    CHECK_EQUAL(before.network.server.counters.hello_verify_requests, 101u);
    CHECK_EQUAL(before.network.server.counters.handshakes_started, 1u);
    before.check_unchanged();
  }
}

TEST("the device's own hello with its valid cookie, come late, is ignored") {
  for (const uint16_t suite : kSuites) {
    Established before(suite);
    const std::vector<uint8_t> hello = sent(before.network, 0, 1);
    for (int i = 0; i < 100; ++i) before.network.inject(kHome, hello);
    CHECK_EQUAL(before.network.server.counters.handshakes_started, 1u);
    CHECK_EQUAL(before.network.server.counters.hello_verify_requests, 1u);
    CHECK(before.network.server.counters.datagrams_ignored >= 100u);
    before.check_unchanged();
  }
}

TEST("the device's own hello with another random has no valid cookie") {
  for (const uint16_t suite : kSuites) {
    Established before(suite);
    std::vector<uint8_t> hello = sent(before.network, 0, 1);
    hello[30] ^= 1;
    for (int i = 0; i < 100; ++i) before.network.inject(kHome, hello);
    CHECK_EQUAL(before.network.server.counters.cookies_rejected, 100u);
    CHECK_EQUAL(before.network.server.counters.handshakes_started, 1u);
    before.check_unchanged();
  }
}

TEST("a hello with a valid cookie and nothing behind it leaves at its deadline") {
  for (const uint16_t suite : kSuites) {
    Established before(suite);
    Network& network = before.network;
    // Whoever can read what is sent to the device gets a cookie for a hello of his own.
    Device& spoofer = network.add(kHome, {.suites = {0xc0a8}});
    const size_t until = network.sent_to_server + 2;
    network.pass = [until](bool to_server, size_t n, core::ByteView) { return !to_server || n < until; };
    network.start(spoofer);
    network.exchange();
    spoofer.listening = false;
    network.pass = [](bool, size_t, core::ByteView) { return true; };
    CHECK_EQUAL(network.server.counters.peers_handshaking, 1u);
    const core::Micros start = network.now;
    while (network.server.counters.peers_handshaking > 0 && network.advance())
      CHECK(network.talks(before.device, before.peer));
    CHECK(network.now - start <= 123'000'000u);
    CHECK_EQUAL(network.server.counters.handshakes_timed_out, 1u);
    before.check_unchanged();
  }
}

TEST("an old hello with a cookie that is still good, of a handshake before the present one, ends nothing") {
  for (const uint16_t suite : kSuites) {
    Established before(suite);
    Network& network = before.network;
    const std::vector<std::vector<uint8_t>> first = network.to_server;
    before.device.listening = false;
    Device& again = network.add(kHome, {.suites = {suite}});
    CHECK(network.connect(again));
    const core::PeerId peer = network.newest();
    // Everything that the first handshake has said, again and in order.
    for (const std::vector<uint8_t>& datagram : first) network.inject(kHome, datagram);
    CHECK_EQUAL(network.server.counters.peers, 2u);
    CHECK(network.talks(again, peer));
    while (network.server.counters.peers_handshaking > 0 && network.advance()) {
    }
    CHECK(network.talks(again, peer));
    CHECK(!network.closed(peer, Cause::kReplaced));
    CHECK_EQUAL(network.server.counters.peers, 1u);
    CHECK_EQUAL(network.server.counters.handshakes_completed, 2u);
  }
}

TEST("a late hello with a good cookie does not hinder the device that begins again") {
  for (const uint16_t suite : kSuites) {
    Established before(suite);
    Network& network = before.network;
    const std::vector<uint8_t> old_hello = sent(network, 0, 1);
    before.device.listening = false;
    Device& again = network.add(kHome, {.suites = {suite}});
    CHECK(network.connect(again));
    network.inject(kHome, old_hello);
    CHECK_EQUAL(network.server.counters.peers, 2u);
    again.listening = false;
    Device& third = network.add(kHome, {.suites = {suite}});
    CHECK(network.connect(third));
    CHECK(network.talks(third, network.newest()));
    CHECK_EQUAL(network.server.counters.peers, 1u);
  }
}

TEST("plain records of any kind, sent while a second handshake is under way, do not reach the old association") {
  for (const uint16_t suite : kSuites) {
    Established before(suite);
    Network& network = before.network;
    Device& after = network.add(kHome, {.suites = {0xc0a8}});
    const size_t until = network.sent_to_server + 2;
    network.pass = [until](bool to_server, size_t n, core::ByteView) { return !to_server || n < until; };
    network.start(after);
    network.exchange();
    after.listening = false;
    network.pass = [](bool, size_t, core::ByteView) { return true; };
    for (const uint8_t type : {20, 21, 22, 23}) {
      for (const uint8_t content : {0, 1, 2, 16, 20}) {
        std::vector<uint8_t> record(core::RecordHeader::kSize);
        const std::vector<uint8_t> body = {content, content, 0, 0};
        core::write_record_header(record.data(), type, 0, 1000u + content, body.size());
        record.insert(record.end(), body.begin(), body.end());
        network.inject(kHome, record);
        CHECK(network.talks(before.device, before.peer));
      }
    }
    std::vector<uint8_t> fatal(core::RecordHeader::kSize);
    core::write_record_header(fatal.data(), core::content_type::kAlert, 0, 2000, 2);
    fatal.insert(fatal.end(), {2, 40});
    network.inject(kHome, fatal);
    while (network.server.counters.peers_handshaking > 0 && network.advance()) {
    }
    before.check_unchanged();
  }
}

TEST("replayed and forged protected records of the old association do not disturb a second handshake") {
  for (const uint16_t suite : kSuites) {
    Established before(suite);
    Network& network = before.network;
    for (int i = 0; i < 10; ++i) CHECK(network.talks(before.device, before.peer));
    const std::vector<std::vector<uint8_t>> old_records(network.to_server.end() - 10, network.to_server.end());
    Device& after = network.add(kHome, {.suites = {0xc0a8}});
    const size_t start = network.sent_to_server;
    network.pass = [&](bool to_server, size_t n, core::ByteView) {
      if (!to_server || n < start) return true;
      for (const std::vector<uint8_t>& record : old_records) {
        network.server.engine.receive(record, kHome, network.now);
        network.server.deliver();
      }
      return true;
    };
    CHECK(network.connect(after));
    CHECK(network.closed(before.peer, Cause::kReplaced));
    CHECK_EQUAL(network.server.count(EventKind::kClientError), 0u);
    CHECK_EQUAL(network.server.count(EventKind::kMessage), 10u);
  }
}
