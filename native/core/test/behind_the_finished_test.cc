// A client that resumes is done before its server, so that its first records may share a datagram with its Finished.

#include "own_records.h"
#include "test.h"

using core::Cause;
using core::EventKind;

namespace {

/// A server that lacks only the client's last flight, which `last_flight` is.
struct Resuming : Link {
  Resuming(uint16_t suite, bool own_server)
      : Link({.suites = {suite}, .server_own_records = own_server, .sessions = true}) {
    CHECK(handshake());
    const Side::Event* session = client.last(EventKind::kSession);
    CHECK(session != nullptr);
    core::ClientParameters parameters = psk_parameters("client1", "0123456789abcdef");
    parameters.session = {session->payload.begin(), session->payload.end()};
    client.engine.close(client_peer);
    exchange();
    client.events.clear();
    server.events.clear();
    pass = [this](bool to_server, size_t, core::ByteView datagram) {
      if (!to_server || client.counters.handshakes_completed < 2) return true;
      last_flight.assign(datagram.begin(), datagram.end());
      return false;
    };
    client_peer = client.engine.connect(server_address, client_context, std::move(parameters), now).peer;
    exchange();
    CHECK(!last_flight.empty());
    pass = [](bool, size_t, core::ByteView) { return true; };
  }

  /// What the client has to say now, behind its last flight.
  void append() {
    for (size_t i = 0; i < client.outbox.size(); ++i) {
      const core::ByteView bytes = client.outbox.bytes(client.outbox[i]);
      last_flight.insert(last_flight.end(), bytes.begin(), bytes.end());
    }
    client.outbox.clear();
  }
  void arrive() {
    server.engine.receive(last_flight, client_address, now);
    server.deliver();
    while (server.engine.has_backlog()) {
      server.engine.resume();
      server.deliver();
    }
  }

  std::vector<uint8_t> last_flight;
};

constexpr uint16_t kSuites[] = {0xc0a8, 0x00a8, 0x00ae};

}  // namespace

TEST("messages in the datagram of the Finished arrive, in order and once") {
  for (const uint16_t suite : kSuites) {
    for (const bool own : {true, false}) {
      Resuming link(suite, own);
      for (const char* text : {"one", "two", "three"}) {
        CHECK(link.client.engine.send(link.client_peer, core::bytes_of(text)) == core::Status::kOk);
      }
      link.append();
      link.arrive();
      link.arrive();
      CHECK_EQUAL(link.server.count(EventKind::kConnected), 1u);
      CHECK_EQUAL(link.server.count(EventKind::kMessage), 3u);
      CHECK(link.server.last(EventKind::kMessage)->payload == "three");
    }
  }
}

TEST("a goodbye in the datagram of the Finished ends the association at once, and the gauges return to zero") {
  for (const uint16_t suite : kSuites) {
    for (const bool own : {true, false}) {
      for (const bool with_message : {true, false}) {
        Resuming link(suite, own);
        if (with_message) link.client.engine.send(link.client_peer, core::bytes_of("short visit"));
        link.client.engine.close(link.client_peer);
        link.append();
        link.arrive();
        CHECK_EQUAL(link.server.count(EventKind::kConnected), 1u);
        CHECK_EQUAL(link.server.count(EventKind::kMessage), with_message ? 1u : 0u);
        const Side::Event* closed = link.server.last(EventKind::kClosed);
        CHECK(closed != nullptr && closed->a == static_cast<int32_t>(Cause::kCloseNotify));
        CHECK_EQUAL(link.server.counters.peers, 0u);
        CHECK_EQUAL(link.server.counters.peers_handshaking, 0u);
        CHECK_EQUAL(link.server.counters.peers_on_libssl, 0u);
        CHECK_EQUAL(link.server.counters.association_bytes, 0u);
      }
    }
  }
}
