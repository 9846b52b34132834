// What an engine does on demand of a test harness, and never by itself.

#include "own_records.h"
#include "raw_client.h"
#include "test.h"

using core::Cause;
using core::EventKind;
using core::Status;

namespace {

constexpr uint8_t kWarning = SSL3_AL_WARNING;
constexpr uint8_t kFatal = SSL3_AL_FATAL;
constexpr uint16_t kCbcSuite = 0x00ae;  // TLS_PSK_WITH_AES_128_CBC_SHA256

bool echo(Link& link, const std::string& text) {
  const size_t before = link.server.count(EventKind::kMessage);
  if (link.client.engine.send(link.client_peer, core::bytes_of(text)) != Status::kOk) return false;
  link.exchange();
  return link.server.count(EventKind::kMessage) == before + 1;
}

}  // namespace

TEST("a fatal alert of any number reaches the peer and ends the association without an event") {
  for (const bool own : {true, false}) {
    for (int description = 1; description < 256; ++description) {
      if (description == SSL_AD_USER_CANCELLED) continue;  // a goodbye
      Link link({.server_own_records = own});
      CHECK(link.handshake());
      CHECK(link.server.engine.send_alert(link.server_peer(), kFatal, static_cast<uint8_t>(description)) ==
            Status::kOk);
      link.exchange();
      const Side::Event* closed = link.client.last(EventKind::kClosed);
      CHECK(closed != nullptr && closed->a == static_cast<int32_t>(Cause::kAlertReceived));
      if (closed != nullptr) CHECK_EQUAL(closed->b, kFatal << 8 | description);
      CHECK_EQUAL(link.server.count(EventKind::kClosed), 0U);
      CHECK_EQUAL(link.server.counters.peers, 0U);
      CHECK_EQUAL(link.server.counters.peers_on_libssl, 0U);
    }
  }
}

TEST("after a warning the association goes on, on our own records") {
  Link link;
  CHECK(link.handshake());
  for (int i = 0; i < 3; ++i) {
    CHECK(link.server.engine.send_alert(link.server_peer(), kWarning, SSL_AD_NO_RENEGOTIATION) == Status::kOk);
    link.exchange();
    CHECK(echo(link, "still here"));
  }
  CHECK_EQUAL(link.client.count(EventKind::kClosed), 0U);
}

TEST("where libssl has the records a warning is refused, and so is every alert of a CBC suite") {
  Link aead({.server_own_records = false});
  CHECK(aead.handshake());
  CHECK(aead.server.engine.send_alert(aead.server_peer(), kWarning, SSL_AD_NO_RENEGOTIATION) == Status::kUnsupported);
  CHECK(echo(aead, "untouched"));

  Link cbc({.suites = {kCbcSuite}});
  CHECK(cbc.handshake());
  CHECK(cbc.server.engine.send_alert(cbc.server_peer(), kFatal, SSL_AD_INTERNAL_ERROR) == Status::kUnsupported);
  CHECK(echo(cbc, "untouched"));
}

TEST("an alert is for established peers") {
  Link link;
  link.pass = [](bool to_server, size_t n, core::ByteView) { return to_server ? n < 2 : n < 1; };
  link.connect();
  link.exchange();
  CHECK_EQUAL(link.server.counters.peers_handshaking, 1U);
  CHECK(link.client.engine.send_alert(link.client_peer, kFatal, SSL_AD_INTERNAL_ERROR) == Status::kNotConnected);
  CHECK(link.server.engine.send_alert(12345, kFatal, SSL_AD_INTERNAL_ERROR) == Status::kNoSuchPeer);
}

TEST("hellos are refused with an alert, as many as asked for, and nothing is kept") {
  Link link;
  link.server.engine.refuse_hellos(SSL_AD_INSUFFICIENT_SECURITY, 1);
  CHECK(!link.handshake());
  const Side::Event* closed = link.client.last(EventKind::kClosed);
  CHECK(closed != nullptr && closed->a == static_cast<int32_t>(Cause::kAlertReceived));
  if (closed != nullptr) CHECK_EQUAL(closed->b, kFatal << 8 | SSL_AD_INSUFFICIENT_SECURITY);
  CHECK_EQUAL(link.server.counters.handshakes_started, 0U);
  CHECK_EQUAL(link.server.counters.hello_verify_requests, 0U);
  link.client_peer = 0;
  CHECK(link.handshake());
}

TEST("a hello of a peer that is connected is refused as well, and the peer stays") {
  Link link;
  CHECK(link.handshake());
  link.server.engine.refuse_hellos(SSL_AD_INTERNAL_ERROR, 100);
  link.client.engine.forget(link.client_peer);
  link.connect();
  link.exchange();
  const Side::Event* closed = link.client.last(EventKind::kClosed);
  CHECK(closed != nullptr && closed->peer == link.client_peer &&
        closed->a == static_cast<int32_t>(Cause::kAlertReceived));
  CHECK_EQUAL(link.server.counters.peers, 1U);
  CHECK_EQUAL(link.server.counters.peers_handshaking, 0U);
}

TEST("handshakes that begin after it have the timeouts that were set") {
  Link link;
  link.server.engine.set_handshake_timeouts(100'000, 200'000);
  link.pass = [](bool to_server, size_t n, core::ByteView) { return to_server ? n < 2 : n < 1; };
  link.connect();
  link.exchange();
  CHECK_EQUAL(link.server.engine.next_deadline(), link.now + 100'000);
  link.server.engine.tick(link.now + 100'000);
  CHECK_EQUAL(link.server.engine.next_deadline(), link.now + 300'000);
  link.server.engine.tick(link.now + 300'000);
  link.server.deliver();
  const Side::Event* error = link.server.last(EventKind::kClientError);
  CHECK(error != nullptr && error->a == static_cast<int32_t>(Cause::kTimeout));

  link.server.engine.set_handshake_timeouts(0, 0);
  Link other;
  CHECK(other.handshake());
}

TEST("a restart forgets peers, handshakes and cookies") {
  Link link;
  CHECK(link.handshake());
  link.server.engine.forget_all();
  CHECK_EQUAL(link.server.counters.peers, 0U);
  CHECK(link.server.outbox.empty());
  CHECK(!echo(link, "nobody knows me"));
  CHECK_EQUAL(link.client.count(EventKind::kClosed), 0U);
}

TEST("while resumption is refused handshakes are full, and sessions count again afterwards") {
  for (const bool tickets : {true, false}) {
    Link link({.sessions = true, .tickets = tickets});
    CHECK(link.handshake());
    const Side::Event* session = link.client.last(EventKind::kSession);
    CHECK(session != nullptr);
    if (session == nullptr) continue;
    const std::vector<uint8_t> der(session->payload.begin(), session->payload.end());
    auto& context = const_cast<core::Context&>(*link.server_context);
    for (const bool refused : {true, false}) {
      link.client.engine.close(link.client_peer);
      link.exchange();
      context.refuse_resumption(refused);
      core::ClientParameters parameters = psk_parameters("client1", "0123456789abcdef");
      parameters.session = der;
      const auto connected =
          link.client.engine.connect(link.server_address, link.client_context, std::move(parameters), link.now);
      link.client_peer = connected.peer;
      link.exchange();
      const Side::Event* event = link.client.last(EventKind::kConnected);
      CHECK_EQUAL((event->c & core::kFlagResumed) != 0, !refused);
    }
  }
}
