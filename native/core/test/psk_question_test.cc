// A server that does not know a client's key and asks for it.

#include <algorithm>

#include "link.h"
#include "test.h"

using core::EventKind;
using core::Status;

namespace {

constexpr char kKey[] = "0123456789abcdef";
constexpr uint16_t kEcdhePskCbc = 0xc037;

LinkOptions asking(LinkOptions options = {}) {
  options.asks_psk = true;
  return options;
}

/// Up to the server's question. The peer that it is about.
core::PeerId reach_question(Link& link) {
  link.connect();
  link.exchange();
  const Side::Event* wanted = link.server.last(EventKind::kPskWanted);
  CHECK(wanted != nullptr);
  return wanted == nullptr ? 0 : wanted->peer;
}

Status give_key(Link& link, core::PeerId peer) {
  return link.server.engine.answer_psk(peer, core::bytes_of(kKey), false);
}

bool connected(const Link& link) {
  return link.server.count(EventKind::kConnected) == 1 && link.client.count(EventKind::kConnected) == 1 &&
         link.server.count(EventKind::kClientError) == 0;
}

/// The one kClientError, with this outcome; and the alert that the client got.
void check_refused(const Link& link, core::Cause cause, int32_t code, int alert) {
  CHECK_EQUAL(link.server.count(EventKind::kClientError), 1U);
  const Side::Event* error = link.server.last(EventKind::kClientError);
  CHECK_EQUAL(error->a, static_cast<int32_t>(cause));
  CHECK_EQUAL(error->b, code);
  const Side::Event* closed = link.client.last(EventKind::kClosed);
  CHECK(closed != nullptr);
  CHECK_EQUAL(closed->a, static_cast<int32_t>(core::Cause::kAlertReceived));
  CHECK_EQUAL(closed->b, SSL3_AL_FATAL << 8 | alert);
  CHECK_EQUAL(link.server.counters.peers, 0U);
}

void check_not_answered(const Link& link) {
  check_refused(link, core::Cause::kRejected, static_cast<int32_t>(core::Rejection::kNoAnswer), SSL_AD_INTERNAL_ERROR);
  CHECK_EQUAL(link.server.counters.handshakes_rejected, 1U);
}

}  // namespace

TEST("an unknown identity is asked for, once, and its handshake goes on with the answer") {
  for (const core::CipherSuite& suite : psk_suites()) {
    Link link(asking({.suites = {suite.id}}));
    const core::PeerId peer = reach_question(link);
    const Side::Event* wanted = link.server.last(EventKind::kPskWanted);
    CHECK(wanted->payload == std::string("\x09") + "127.0.0.2" + "\x07" + "client1");
    CHECK_EQUAL(wanted->a, 40000);
    CHECK_EQUAL(link.server.counters.questions_asked, 1U);
    CHECK(!connected(link));
    CHECK(give_key(link, peer) == Status::kOk);
    CHECK(link.advance());
    CHECK(connected(link));
    CHECK_EQUAL(link.server.count(EventKind::kPskWanted), 1U);
    CHECK(link.server.engine.send(peer, core::bytes_of("hello")) == Status::kOk);
    link.exchange();
    CHECK_EQUAL(link.client.count(EventKind::kMessage), 1U);
  }
}

TEST("an identity that the server knows is not asked for") {
  Link link(asking());
  link.psk->set("client1", core::bytes_of(kKey));
  CHECK(link.handshake());
  CHECK_EQUAL(link.server.counters.questions_asked, 0U);
}

TEST("an answer that there is no such identity is told to both sides") {
  Link link(asking());
  CHECK(link.server.engine.answer_psk(reach_question(link), {}, false) == Status::kOk);
  link.advance();
  check_refused(link, core::Cause::kLibrary, SSL_R_PSK_IDENTITY_NOT_FOUND, SSL_AD_UNKNOWN_PSK_IDENTITY);
}

TEST("a question that fails ends the handshake") {
  Link link(asking());
  CHECK(link.server.engine.answer_psk(reach_question(link), {}, true) == Status::kOk);
  link.advance();
  check_not_answered(link);
}

TEST("a question that is never answered ends the handshake after one whole schedule, and nothing is sent meanwhile") {
  Link link(asking({.min_timeout = 1'000'000, .max_timeout = 4'000'000}));
  const core::PeerId peer = reach_question(link);
  link.pass = [](bool to_server, size_t, core::ByteView) { return !to_server; };  // what the client repeats is lost
  const core::Micros asked_at = link.now;
  CHECK_EQUAL(link.server.engine.next_deadline(), asked_at + 7'000'000);
  link.now = asked_at + 6'999'999;
  link.server.engine.tick(link.now);
  CHECK_EQUAL(link.server.counters.flights_retransmitted, 0U);
  CHECK(link.server.outbox.empty());
  link.now += 1;
  link.server.engine.tick(link.now);
  link.server.deliver();
  link.exchange();
  check_not_answered(link);
  CHECK(give_key(link, peer) == Status::kNoSuchPeer);
}

TEST("a wrong answer is a wrong key") {
  Link link(asking());
  link.server.engine.answer_psk(reach_question(link), core::bytes_of("another key"), false);
  link.advance();
  CHECK(!connected(link));
  CHECK_EQUAL(link.server.counters.finished_undecryptable, 1U);
}

TEST("an answer counts once, and only for the question that is open") {
  Link link(asking());
  const core::PeerId peer = reach_question(link);
  CHECK(link.server.engine.answer_session(peer, {}) == Status::kNotConnected);
  CHECK(link.server.engine.answer_hello(peer, core::HelloVerdict::kAdmitted, nullptr) == Status::kNotConnected);
  CHECK(link.server.engine.answer_psk(peer + 1, {}, false) == Status::kNoSuchPeer);
  CHECK(give_key(link, peer) == Status::kOk);
  CHECK(give_key(link, peer) == Status::kNotConnected);
  link.advance();
  CHECK(connected(link));
  CHECK(give_key(link, peer) == Status::kNotConnected);
}

TEST("what a client repeats while its key is looked up is absorbed") {
  Link link(asking({.min_timeout = 100'000, .max_timeout = 60'000'000}));
  const core::PeerId peer = reach_question(link);
  for (int i = 0; i < 6; ++i) link.advance();  // the client's timer
  CHECK(link.to_server.size() > 6);
  CHECK(link.server.counters.datagrams_ignored > 0);
  CHECK_EQUAL(link.server.counters.questions_asked, 1U);
  CHECK_EQUAL(link.server.counters.peers, 1U);
  give_key(link, peer);
  link.handshake();
  CHECK(connected(link));
}

TEST("the fragments of a flight may come in any order while its key is looked up") {
  LinkOptions options = asking({.suites = {kEcdhePskCbc}, .mtu = 256});
  options.client_identity = std::string(127, 'i');
  // 0: as they were sent, 1: backwards, 2: backwards for a server that knows the identity.
  for (int variant = 0; variant < 3; ++variant) {
    Link link(options);
    if (variant == 2) link.psk->set(options.client_identity, core::bytes_of(kKey));
    std::vector<std::vector<uint8_t>> flight;
    link.pass = [&flight](bool to_server, size_t, core::ByteView datagram) {
      constexpr size_t kMessageType = core::RecordHeader::kSize;
      const bool plain = datagram[3] == 0 && datagram[4] == 0;  // of epoch 0
      const bool hello = plain && datagram[0] == core::content_type::kHandshake && datagram[kMessageType] == 1;
      if (to_server && !hello) flight.emplace_back(datagram.begin(), datagram.end());
      return !to_server || hello;
    };
    link.connect();
    link.exchange();
    CHECK(flight.size() >= 2);
    link.pass = [](bool, size_t, core::ByteView) { return true; };
    if (variant > 0) std::reverse(flight.begin(), flight.end());
    for (const auto& datagram : flight) link.server.engine.receive(datagram, link.client_address, link.now);
    link.server.deliver();
    CHECK_EQUAL(link.server.count(EventKind::kPskWanted), variant == 2 ? 0U : 1U);
    if (variant < 2) give_key(link, link.server.last(EventKind::kPskWanted)->peer);
    link.handshake();
    CHECK(connected(link));
  }
}

TEST("a client that gives up while its key is looked up is gone at once") {
  Link link(asking());
  const core::PeerId peer = reach_question(link);
  const std::vector<uint8_t> alert = {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, SSL_AD_USER_CANCELLED};
  link.server.engine.receive(alert, link.client_address, link.now);
  link.server.deliver();
  CHECK_EQUAL(link.server.count(EventKind::kClientError), 1U);
  CHECK_EQUAL(link.server.last(EventKind::kClientError)->peer, peer);
  CHECK(give_key(link, peer) == Status::kNoSuchPeer);
}

TEST("a client that begins again while its key is looked up gets a new question, and the old one is over") {
  Link link(asking());
  const core::PeerId peer = reach_question(link);
  link.client.engine.forget(link.client_peer);
  const core::PeerId next = reach_question(link);
  CHECK(next != peer);
  CHECK_EQUAL(link.server.count(EventKind::kQuestionOver), 1U);
  CHECK_EQUAL(link.server.last(EventKind::kQuestionOver)->peer, peer);
  CHECK(give_key(link, peer) == Status::kNoSuchPeer);
  CHECK(give_key(link, next) == Status::kOk);
  link.advance();
  CHECK_EQUAL(link.server.counters.peers, 1U);
  CHECK_EQUAL(link.server.counters.handshakes_completed, 1U);
}

TEST("an association may be closed while its key is looked up") {
  Link link(asking());
  const core::PeerId peer = reach_question(link);
  CHECK(link.server.engine.close(peer) == Status::kOk);
  CHECK(give_key(link, peer) == Status::kNoSuchPeer);
  CHECK_EQUAL(link.server.counters.peers, 0U);

  Link all(asking());
  const core::PeerId last = reach_question(all);
  all.server.engine.close_all();
  CHECK(give_key(all, last) == Status::kNoSuchPeer);
}

TEST("the answers of many clients may come in any order") {
  Link link(asking());
  std::vector<core::PeerId> wanted;
  constexpr uint8_t kClients = 20;
  std::vector<std::unique_ptr<Side>> clients;
  for (uint8_t i = 0; i < kClients; ++i) {
    auto client = std::make_unique<Side>(10 + i, nullptr);
    client->engine.connect(link.server_address, link.client_context, psk_parameters("device", kKey), link.now);
    clients.push_back(std::move(client));
  }
  const auto exchange = [&] {
    for (bool any = true; any;) {
      any = false;
      for (uint8_t i = 0; i < kClients; ++i) {
        for (size_t n = 0; n < clients[i]->outbox.size(); ++n) {
          const core::ByteView bytes = clients[i]->outbox.bytes(clients[i]->outbox[n]);
          link.server.engine.receive(bytes, ipv4(3, static_cast<uint16_t>(1000 + i)), link.now);
          link.server.deliver();
          any = true;
        }
        clients[i]->outbox.clear();
      }
      for (size_t n = 0; n < link.server.outbox.size(); ++n) {
        const auto& entry = link.server.outbox[n];
        Side& to = *clients[entry.to.port - 1000U];
        to.engine.receive(link.server.outbox.bytes(entry), link.server_address, link.now);
        to.deliver();
      }
      link.server.outbox.clear();
    }
  };
  exchange();
  for (const Side::Event& event : link.server.events) {
    if (event.kind == EventKind::kPskWanted) wanted.push_back(event.peer);
  }
  CHECK_EQUAL(wanted.size(), size_t{kClients});
  for (size_t i = 0; i < wanted.size(); ++i) give_key(link, wanted[(i * 7) % wanted.size()]);
  link.server.engine.tick(link.now);
  link.server.deliver();
  exchange();
  CHECK_EQUAL(link.server.counters.handshakes_completed, uint64_t{kClients});
}

TEST("an identity that nobody can have is unknown, and not asked for") {
  // A NUL cannot leave our own client: the bytes on the wire are changed instead.
  Link link(asking());
  link.connect();
  link.pass = [&link](bool to_server, size_t, core::ByteView datagram) {
    const std::string_view text(reinterpret_cast<const char*>(datagram.data()), datagram.size());
    const size_t at = text.find("client1");
    if (!to_server || at == std::string_view::npos || datagram[core::RecordHeader::kSize] != 16) return true;
    std::vector<uint8_t> changed(datagram.begin(), datagram.end());
    changed[at + 3] = 0;
    link.server.engine.receive(changed, link.client_address, link.now);
    return false;
  };
  link.exchange();
  link.server.deliver();
  link.exchange();
  CHECK_EQUAL(link.server.counters.questions_asked, 0U);
  check_refused(link, core::Cause::kLibrary, SSL_R_PSK_IDENTITY_NOT_FOUND, SSL_AD_UNKNOWN_PSK_IDENTITY);
}

TEST("every datagram of a handshake with a question may be lost once") {
  for (int lost = 0; lost < 7; ++lost) {
    for (const bool to_server_lost : {true, false}) {
      Link link(asking());
      link.pass = [&](bool to_server, size_t n, core::ByteView) {
        return to_server != to_server_lost || n != static_cast<size_t>(lost);
      };
      link.connect();
      link.exchange();
      bool answered = false;
      for (int i = 0; i < 20 && !connected(link); ++i) {
        const Side::Event* wanted = link.server.last(EventKind::kPskWanted);
        if (wanted != nullptr && !answered) answered = give_key(link, wanted->peer) == Status::kOk;
        link.advance();
      }
      CHECK(connected(link));
      CHECK_EQUAL(link.server.counters.questions_asked, 1U);
    }
  }
}
