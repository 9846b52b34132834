// A device that has lost its state begins again from the same address and port (RFC 6347 4.2.8).

#include "network.h"
#include "own_records.h"
#include "test.h"

using core::Cause;
using core::EventKind;
using core::Status;

namespace {

const core::Address kHome = ipv4(2, 40000);

/// Suites of the old and the new association, with our records and with those of libssl.
struct Suites {
  uint16_t before;
  uint16_t after;
};
constexpr uint16_t kCcm8 = 0xc0a8;
constexpr uint16_t kCcm = 0xc0a4;
constexpr uint16_t kGcm = 0x00a8;
constexpr uint16_t kCbc = 0x00ae;
constexpr Suites kSuites[] = {{kCcm8, kCcm8}, {kCcm8, kCcm}, {kCcm, kCcm8}, {kGcm, kCcm8},
                              {kCcm8, kCbc},  {kCbc, kCcm8}, {kCbc, kCbc},  {kGcm, kGcm}};

LinkOptions server_options() { return {.suites = {kCcm8, kCcm, kGcm, kCbc}}; }
LinkOptions with(uint16_t suite) { return {.suites = {suite}}; }

/// Loses what comes after the first `n` datagrams of the client from here on.
void let_through(Network& network, size_t n) {
  const size_t until = network.sent_to_server + n;
  network.pass = [until](bool to_server, size_t i, core::ByteView) { return !to_server || i < until; };
}
void let_all_through(Network& network) {
  network.pass = [](bool, size_t, core::ByteView) { return true; };
}

}  // namespace

TEST("a device that begins again from the same address is told as a new peer, after the old one was closed") {
  for (const Suites& suites : kSuites) {
    Network network(server_options());
    Device& before = network.add(kHome, with(suites.before));
    CHECK(network.connect(before));
    const core::PeerId old_peer = network.newest();
    CHECK(network.talks(before, old_peer));
    before.listening = false;

    Device& after = network.add(kHome, with(suites.after));
    network.server.events.clear();
    CHECK(network.connect(after));
    const core::PeerId new_peer = network.newest();
    CHECK(new_peer != old_peer);
    CHECK_EQUAL(network.server.events.size(), 2u);
    CHECK(network.server.events[0].kind == EventKind::kClosed && network.server.events[0].peer == old_peer);
    CHECK_EQUAL(network.server.events[0].a, static_cast<int32_t>(Cause::kReplaced));
    CHECK_EQUAL(network.server.events[0].c, 1);
    CHECK(network.server.events[1].kind == EventKind::kConnected);
    CHECK(network.talks(after, new_peer));
    CHECK(network.say(old_peer, "anybody there?") == Status::kNoSuchPeer);
    CHECK_EQUAL(network.server.counters.peers, 1u);
    CHECK_EQUAL(network.server.counters.peers_handshaking, 0u);
    CHECK_EQUAL(network.server.counters.peers_replaced, 1u);
    CHECK_EQUAL(network.server.counters.handshakes_completed, 2u);
    CHECK_EQUAL(network.server.counters.handshakes_failed, 0u);
    CHECK_EQUAL(network.server.counters.hello_verify_requests, 2u);
    CHECK_EQUAL(network.server.counters.peers_on_libssl, suites.after == kCbc ? 1u : 0u);
    CHECK_EQUAL(network.server.counters.association_bytes, sizeof(core::Association));
  }
}

TEST("the old association carries messages in both directions until the new Finished is in") {
  for (const Suites& suites : kSuites) {
    // 0: hello, 1: hello with cookie, 2: key exchange and Finished.
    for (size_t step = 0; step <= 2; ++step) {
      Network network(server_options());
      Device& before = network.add(kHome, with(suites.before));
      CHECK(network.connect(before));
      const core::PeerId old_peer = network.newest();
      Device& after = network.add(kHome, with(suites.after));
      let_through(network, step);
      network.start(after);
      network.exchange();
      let_all_through(network);
      CHECK_EQUAL(network.server.counters.peers, step == 2 ? 2u : 1u);
      for (int i = 0; i < 3; ++i) CHECK(network.talks(before, old_peer));
      CHECK_EQUAL(network.server.count(EventKind::kConnected), 1u);
      while (!after.connected() && network.advance()) {
      }
      CHECK(after.connected());
      CHECK(network.closed(old_peer, Cause::kReplaced));
      before.listening = false;
      CHECK(network.talks(after, network.newest()));
      CHECK_EQUAL(network.server.counters.peers, 1u);
    }
  }
}

TEST("a device may begin again and again") {
  for (const Suites& suites : kSuites) {
    Network network(server_options());
    for (int i = 0; i < 5; ++i) {
      for (Device& device : network.devices) device.listening = false;
      Device& device = network.add(kHome, with(i % 2 == 0 ? suites.before : suites.after));
      CHECK(network.connect(device));
      CHECK(network.talks(device, network.newest()));
      CHECK_EQUAL(network.server.counters.peers, 1u);
    }
    CHECK_EQUAL(network.server.counters.peers_replaced, 4u);
  }
}

TEST("a third hello takes the place of a second handshake that is under way") {
  for (const Suites& suites : kSuites) {
    Network network(server_options());
    Device& before = network.add(kHome, with(suites.before));
    CHECK(network.connect(before));
    const core::PeerId old_peer = network.newest();
    Device& second = network.add(kHome, with(suites.after));
    let_through(network, 2);
    network.start(second);
    network.exchange();
    second.listening = false;
    CHECK_EQUAL(network.server.counters.peers, 2u);
    let_all_through(network);
    Device& third = network.add(kHome, with(suites.after));
    CHECK(network.connect(third));
    CHECK(network.closed(old_peer, Cause::kReplaced));
    before.listening = false;
    CHECK(network.talks(third, network.newest()));
    CHECK_EQUAL(network.server.counters.peers, 1u);
    CHECK_EQUAL(network.server.counters.handshakes_failed, 1u);
    CHECK_EQUAL(network.server.count(EventKind::kClientError), 0u);
  }
}

TEST("a second handshake that resumes a session replaces the old association too") {
  for (const bool tickets : {false, true}) {
    LinkOptions options = server_options();
    options.sessions = true;
    options.tickets = tickets;
    Network network(options);
    Device& before = network.add(kHome, {.suites = {kCcm8}, .sessions = true, .tickets = tickets});
    CHECK(network.connect(before));
    const core::PeerId old_peer = network.newest();
    const Side::Event* session = before.side.last(EventKind::kSession);
    CHECK(session != nullptr);
    if (session == nullptr) continue;
    before.listening = false;
    Device& after = network.add(kHome, before.options);
    core::ClientParameters parameters = psk_parameters("client1", "0123456789abcdef");
    parameters.session = {session->payload.begin(), session->payload.end()};
    after.peer =
        after.side.engine.connect(network.server_address, after.context, std::move(parameters), network.now).peer;
    network.exchange();
    CHECK(after.connected());
    CHECK((network.server.last(EventKind::kConnected)->c & core::kFlagResumed) != 0);
    CHECK(network.closed(old_peer, Cause::kReplaced));
    CHECK(network.talks(after, network.newest()));
  }
}

TEST("a second handshake is found by its address when the old association ends in the meantime") {
  const auto by_application = [](Network& network, Device&, core::PeerId peer) { network.server.engine.close(peer); };
  const auto without_a_word = [](Network& network, Device&, core::PeerId peer) { network.server.engine.forget(peer); };
  const auto by_goodbye = [](Network&, Device& device, core::PeerId) { device.side.engine.close(device.peer); };
  const std::function<void(Network&, Device&, core::PeerId)> endings[] = {by_application, without_a_word, by_goodbye};
  for (const Suites& suites : kSuites) {
    for (const auto& end : endings) {
      Network network(server_options());
      Device& before = network.add(kHome, with(suites.before));
      CHECK(network.connect(before));
      const core::PeerId old_peer = network.newest();
      Device& after = network.add(kHome, with(suites.after));
      let_through(network, 2);
      network.start(after);
      network.exchange();
      let_all_through(network);
      CHECK_EQUAL(network.server.counters.peers, 2u);
      end(network, before, old_peer);
      network.exchange();
      CHECK_EQUAL(network.server.counters.peers, 1u);
      CHECK_EQUAL(network.server.counters.peers_closed, 1u);
      before.listening = false;
      while (!after.connected() && network.advance()) {
      }
      CHECK(after.connected());
      CHECK(network.talks(after, network.newest()));
      CHECK_EQUAL(network.server.counters.peers_replaced, 0u);
      CHECK_EQUAL(network.server.counters.peers, 1u);
    }
  }
}

TEST("a second handshake with the wrong key fails, and the old association goes on") {
  for (const Suites& suites : kSuites) {
    Network network(server_options());
    Device& before = network.add(kHome, with(suites.before));
    CHECK(network.connect(before));
    const core::PeerId old_peer = network.newest();
    LinkOptions wrong = with(suites.after);
    wrong.client_key = "0123456789abcdeX";
    Device& after = network.add(kHome, wrong);
    network.start(after);
    network.exchange();
    CHECK_EQUAL(network.server.count(EventKind::kClientError), 1u);
    CHECK_EQUAL(network.server.last(EventKind::kClientError)->a, static_cast<int32_t>(Cause::kBadFinished));
    CHECK(network.talks(before, old_peer));
    while (network.server.counters.peers_handshaking > 0 && network.advance()) {
    }
    CHECK_EQUAL(network.server.counters.peers, 1u);
    CHECK(!after.connected());
    CHECK(network.talks(before, old_peer));
    CHECK_EQUAL(network.server.count(EventKind::kClosed), 0u);
  }
}

TEST("the ends of old and new do not leave a trace, whichever goes first") {
  for (const bool old_first : {true, false}) {
    Network network(server_options());
    Device& before = network.add(kHome, with(kCcm8));
    CHECK(network.connect(before));
    const core::PeerId old_peer = network.newest();
    Device& after = network.add(kHome, with(kCcm8));
    let_through(network, 2);
    network.start(after);
    network.exchange();
    const core::PeerId successor = network.server.engine.find(old_peer)->successor;
    CHECK(successor != 0);
    network.server.engine.close(old_first ? old_peer : successor);
    network.server.engine.close(old_first ? successor : old_peer);
    CHECK_EQUAL(network.server.counters.peers, 0u);
    CHECK_EQUAL(network.server.counters.association_bytes, 0u);
    CHECK(network.server.engine.next_deadline() == core::kNever);
    let_all_through(network);
    network.exchange();
    Device& again = network.add(kHome, with(kCcm8));
    for (Device& device : network.devices) device.listening = &device == &again;
    CHECK(network.connect(again));
  }
}

TEST("close_all() ends old and new, at every address") {
  Network network(server_options());
  for (uint8_t i = 0; i < 20; ++i) {
    CHECK(network.connect(network.add(ipv4(static_cast<uint8_t>(10 + i), 40000), with(kCcm8))));
    let_through(network, 2);
    network.start(network.add(ipv4(static_cast<uint8_t>(10 + i), 40000), with(kCbc)));
    network.exchange();
    let_all_through(network);
  }
  CHECK_EQUAL(network.server.counters.peers, 40u);
  network.server.engine.close_all();
  CHECK_EQUAL(network.server.counters.peers, 0u);
  CHECK_EQUAL(network.server.counters.peers_handshaking, 0u);
  CHECK_EQUAL(network.server.counters.peers_on_libssl, 0u);
  CHECK(network.server.engine.next_deadline() == core::kNever);
}
