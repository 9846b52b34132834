// The last flight of a handshake is repeated for a peer that has not got it, though libssl has gone (RFC 6347 4.2.4).

#include <random>

#include "certificate_link.h"
#include "own_records.h"

using core::EventKind;

namespace {

constexpr core::Micros kSecond = 1'000'000;
constexpr core::Micros kLife = 240 * kSecond;

void let_all_through(Link& link) {
  link.pass = [](bool, size_t, core::ByteView) { return true; };
}

bool echo(Link& link, const std::string& text) {
  link.client.engine.send(link.client_peer, core::bytes_of(text));
  link.exchange();
  const Side::Event* up = link.server.last(EventKind::kMessage);
  link.server.engine.send(link.server_peer(), core::bytes_of(text));
  link.exchange();
  const Side::Event* down = link.client.last(EventKind::kMessage);
  return up != nullptr && up->payload == text && down != nullptr && down->payload == text;
}

core::PeerId resume(Link& link) {
  const Side::Event* session = link.client.last(EventKind::kSession);
  CHECK(session != nullptr);
  core::ClientParameters parameters = psk_parameters("client1", "0123456789abcdef");
  parameters.session = {session->payload.begin(), session->payload.end()};
  link.client.engine.close(link.client_peer);
  link.exchange();
  link.client.events.clear();
  link.server.events.clear();
  link.client_peer =
      link.client.engine.connect(link.server_address, link.client_context, std::move(parameters), link.now).peer;
  return link.client_peer;
}

bool resumed(const Link& link) { return (link.server.last(EventKind::kConnected)->c & core::kFlagResumed) != 0; }

/// The client's datagram that holds its Finished, as it was sent first.
std::vector<uint8_t> finished_of(const Link& link) {
  for (const std::vector<uint8_t>& datagram : link.to_server) {
    core::ByteView rest = datagram;
    core::RecordHeader header;
    core::ByteView payload;
    for (core::ByteView before = rest; core::next_record(rest, header, payload); before = rest) {
      if (header.epoch == 1) return {before.begin(), before.begin() + static_cast<long>(13 + payload.size())};
    }
  }
  return {};
}

}  // namespace

TEST("a server's last flight that was lost n times comes the time after, for every suite") {
  for (const core::CipherSuite& suite : psk_suites()) {
    for (const bool own_client : {true, false}) {
      for (const int losses : {1, 2, 5}) {
        Link link({.suites = {suite.id}, .client_own_records = own_client});
        int lost = 0;
        link.pass = [&](bool to_server, size_t, core::ByteView) {
          return to_server || link.server.counters.handshakes_completed == 0 || ++lost > losses;
        };
        CHECK(link.handshake());
        CHECK(lost > losses);
        if (suite.aead.mode != core::Aead::Mode::kNone) {
          CHECK_EQUAL(link.server.counters.last_flights_repeated, static_cast<uint64_t>(losses));
        }
        let_all_through(link);
        CHECK(echo(link, "after all"));
      }
    }
  }
}

TEST("a client's last flight, when it resumes by id or ticket, comes again as often as it was lost") {
  for (const bool tickets : {false, true}) {
    for (const bool own_server : {true, false}) {
      for (const uint16_t suite : {0xc0a8, 0x00a8, 0x00ae}) {
        Link link({.suites = {suite}, .server_own_records = own_server, .sessions = true, .tickets = tickets});
        CHECK(link.handshake());
        resume(link);
        int lost = 0;
        link.pass = [&](bool to_server, size_t, core::ByteView) {
          return !to_server || link.client.counters.handshakes_completed < 2 || ++lost > 3;
        };
        CHECK(link.handshake());
        CHECK(lost > 3);
        CHECK(resumed(link));
        if (suite != 0x00ae) CHECK(link.client.counters.last_flights_repeated >= 3u);
        let_all_through(link);
        CHECK(echo(link, "after all"));
      }
    }
  }
}

TEST("handshakes of our records on both sides survive the loss of any one and any two datagrams") {
  enum { kFull, kById, kByTicket };
  for (const int kind : {kFull, kById, kByTicket}) {
    for (size_t first = 0; first < 12; ++first) {
      for (size_t second = first; second < 12; ++second) {
        Link link({.sessions = kind != kFull, .tickets = kind == kByTicket});
        if (kind != kFull) {
          CHECK(link.handshake());
          resume(link);
        }
        const size_t up = link.sent_to_server;
        const size_t down = link.sent_to_client;
        link.pass = [&](bool to_server, size_t n, core::ByteView) {
          const size_t number = to_server ? (n - up) * 2 : (n - down) * 2 + 1;
          return number != first && number != second;
        };
        CHECK(link.handshake());
        let_all_through(link);
        CHECK(echo(link, "after the loss"));
      }
    }
  }
}

TEST("a last flight in several datagrams comes again in as many, none above the MTU") {
  for (const int mtu : {256, 300, 508}) {
    const Credentials credentials;
    const auto context = [&](core::Role role) {
      core::ContextOptions options = options_of(role);
      options.mtu = mtu;
      options.sessions = options.tickets = true;
      return make_certified(std::move(options), credentials.of(role));
    };
    CertificateLink link(context(core::Role::kServer), context(core::Role::kClient));
    size_t lost = 0;
    link.pass = [&](bool to_server, size_t, core::ByteView datagram) {
      CHECK(datagram.size() <= static_cast<size_t>(mtu));
      if (to_server || link.server.counters.handshakes_completed == 0) return true;
      if (link.server.counters.last_flights_repeated > 1) return true;
      ++lost;
      return false;
    };
    CHECK(link.shake_hands());
    CHECK(lost > 2);  // the ticket holds a certificate, and does not fit into one datagram
    let_all_through(link);
    CHECK(echo(link, "after all"));
  }
}

TEST("a server repeats its last flight at most a dozen times, and each copy of a Finished asks for one") {
  Link link;
  CHECK(link.handshake());
  core::RecordLayer& client = *record_layer_of(link.client, link.client_peer);
  const std::vector<uint8_t> captured = finished_of(link);
  CHECK(!captured.empty());
  for (int i = 0; i < 50; ++i) link.server.engine.receive(captured, link.client_address, link.now);
  CHECK(link.server.counters.last_flights_repeated <= 1u);
  const uint64_t before = link.server.counters.last_flights_repeated;
  const std::vector<uint8_t> finished = {20, 0, 0, 12, 0, 3, 0, 0, 0, 0, 0, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  for (int i = 0; i < 50; ++i) {
    link.server.engine.receive(seal(client, core::content_type::kHandshake, finished), link.client_address, link.now);
  }
  CHECK_EQUAL(link.server.counters.last_flights_repeated, static_cast<uint64_t>(core::LastFlight::kMaxRepetitions));
  CHECK(before <= 1);
  link.server.outbox.clear();
  CHECK(echo(link, "still there"));
}

TEST("a last flight is forgotten with the first message of the peer") {
  Link link;
  CHECK(link.handshake());
  CHECK(link.server.engine.next_deadline() == link.now + kLife);
  CHECK(echo(link, "got it"));
  CHECK(link.server.engine.next_deadline() == core::kNever);
  const std::vector<uint8_t> finished = {20, 0, 0, 12};
  core::RecordLayer& client = *record_layer_of(link.client, link.client_peer);
  link.server.engine.receive(seal(client, core::content_type::kHandshake, finished), link.client_address, link.now);
  CHECK(link.server.outbox.empty());
  CHECK_EQUAL(link.server.counters.last_flights_repeated, 0u);
}

TEST("a last flight is forgotten after four minutes, not earlier") {
  for (const core::Micros age : {kLife - 1, kLife}) {
    Link link;
    CHECK(link.handshake());
    link.now += age;
    link.server.engine.tick(link.now);
    const std::vector<uint8_t> finished = {20, 0, 0, 12};
    core::RecordLayer& client = *record_layer_of(link.client, link.client_peer);
    link.server.engine.receive(seal(client, core::content_type::kHandshake, finished), link.client_address, link.now);
    CHECK_EQUAL(link.server.counters.last_flights_repeated, age < kLife ? 1u : 0u);
    link.server.outbox.clear();
    CHECK(echo(link, "still there"));
  }
}
