#include <algorithm>
#include <random>

#include "../cipher_suite.h"
#include "link.h"
#include "test.h"

using core::Cause;
using core::EventKind;
using core::Micros;
using core::Status;

namespace {

constexpr Micros kSecond = 1'000'000;

bool echo(Link& link, const std::string& text) {
  const size_t before = link.server.count(EventKind::kMessage);
  if (link.client.engine.send(link.client_peer, core::bytes_of(text)) != Status::kOk) return false;
  link.exchange();
  const Side::Event* received = link.server.last(EventKind::kMessage);
  return link.server.count(EventKind::kMessage) == before + 1 && received->payload == text;
}

}  // namespace

TEST("every cipher suite connects and carries messages up to its inner MTU, not one byte more") {
  for (const core::CipherSuite& suite : psk_suites()) {
    Link link({.suites = {suite.id}});
    CHECK(link.handshake());
    const Side::Event* connected = link.client.last(EventKind::kConnected);
    if (connected == nullptr) continue;
    CHECK_EQUAL(connected->a, static_cast<int32_t>(suite.id));
    CHECK_EQUAL(connected->b, link.server.last(EventKind::kConnected)->b);
    const auto inner_mtu = static_cast<size_t>(connected->b);
    CHECK(echo(link, std::string(inner_mtu, 'x')));
    CHECK(link.to_server.back().size() <= static_cast<size_t>(link.options.mtu));
    CHECK(link.client.engine.send(link.client_peer, core::bytes_of(std::string(inner_mtu + 1, 'x'))) ==
          Status::kTooLarge);
    CHECK(link.client.outbox.empty());
  }
}

TEST("the server learns identity and address, the counters of both sides agree") {
  Link link;
  CHECK(link.handshake());
  const Side::Event* connected = link.server.last(EventKind::kConnected);
  CHECK(connected->payload.starts_with(std::string("\x09") + "127.0.0.2" + "\x07" + "client1"));
  CHECK_EQUAL(connected->c >> 8, 40000);
  CHECK(echo(link, "hello"));
  CHECK_EQUAL(link.server.counters.datagrams_received, link.client.counters.datagrams_sent);
  CHECK_EQUAL(link.server.counters.bytes_sent, link.client.counters.bytes_received);
  CHECK_EQUAL(link.server.counters.hello_verify_requests, 1u);
  CHECK_EQUAL(link.server.counters.peers, 1u);
  CHECK_EQUAL(link.server.counters.peers_handshaking, 0u);
}

TEST("an unanswered ClientHello leaves at 0, 1, 3, 7, 15, 31, 63 s and the client gives up at 123 s") {
  Link link;
  const Micros start = link.now;
  link.pass = [](bool, size_t, core::ByteView) { return false; };
  link.connect();
  link.exchange();
  std::vector<Micros> sent = {0};
  size_t seen = link.to_server.size();
  while (link.client.count(EventKind::kClosed) == 0 && link.advance()) {
    if (link.to_server.size() > seen) sent.push_back((link.now - start) / kSecond);
    seen = link.to_server.size();
  }
  const std::vector<Micros> expected = {0, 1, 3, 7, 15, 31, 63};
  CHECK(sent == expected);
  CHECK_EQUAL((link.now - start) / kSecond, 123u);
  CHECK_EQUAL(link.client.last(EventKind::kClosed)->a, static_cast<int32_t>(Cause::kTimeout));
  CHECK_EQUAL(link.client.counters.peers, 0u);
}

TEST("the handshake survives the loss of any one datagram in either direction") {
  for (const bool lose_to_server : {true, false}) {
    for (size_t n = 0; n < 6; ++n) {
      Link link;
      link.pass = [&](bool to_server, size_t i, core::ByteView) { return to_server != lose_to_server || i != n; };
      CHECK(link.handshake());
      link.pass = [](bool, size_t, core::ByteView) { return true; };
      CHECK(echo(link, "after the loss"));
    }
  }
}

TEST("the handshake survives heavy random loss, duplication and reordering") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    Link link({.min_timeout = kSecond, .max_timeout = 1024 * kSecond});
    link.pass = [&](bool, size_t, core::ByteView) { return random() % 10 >= 3; };
    CHECK(link.handshake());
  }
}

TEST("an unknown identity is answered with unknown_psk_identity and reported with its address") {
  Link link({.client_identity = "stranger"});
  CHECK(!link.handshake());
  const Side::Event* closed = link.client.last(EventKind::kClosed);
  CHECK(closed != nullptr && closed->a == static_cast<int32_t>(Cause::kAlertReceived));
  CHECK_EQUAL(closed->b & 0xff, 115);
  const Side::Event* error = link.server.last(EventKind::kClientError);
  CHECK(error != nullptr && error->a == static_cast<int32_t>(Cause::kLibrary));
  CHECK_EQUAL(error->b, SSL_R_PSK_IDENTITY_NOT_FOUND);
  CHECK(error->payload.starts_with(std::string("\x09") + "127.0.0.2\x08stranger"));
  CHECK_EQUAL(link.server.counters.peers, 0u);
}

TEST("a wrong key is reported once by the server and times out at the client") {
  Link link({.client_key = "0123456789abcdeX"});
  CHECK(!link.handshake());
  CHECK_EQUAL(link.server.count(EventKind::kClientError), 1u);
  CHECK_EQUAL(link.server.last(EventKind::kClientError)->a, static_cast<int32_t>(Cause::kBadFinished));
  CHECK_EQUAL(link.server.counters.finished_undecryptable, 1u);
  CHECK_EQUAL(link.client.last(EventKind::kClosed)->a, static_cast<int32_t>(Cause::kTimeout));
  while (link.advance()) {
  }
  CHECK_EQUAL(link.server.counters.peers, 0u);
  CHECK_EQUAL(link.server.counters.handshakes_failed, 1u);
}

TEST("a damaged Finished does not end the handshake") {
  Link link;
  std::vector<uint8_t> damaged;
  link.pass = [&](bool to_server, size_t, core::ByteView datagram) {
    if (!to_server || !damaged.empty()) return true;
    core::ByteView rest = datagram;
    core::ByteView payload;
    core::RecordHeader header;
    while (core::next_record(rest, header, payload)) {
      if (header.epoch == 0) continue;
      damaged.assign(datagram.begin(), datagram.end());
      damaged[damaged.size() - rest.size() - 1] ^= 1;
      return false;
    }
    return true;
  };
  link.connect();
  link.exchange();
  CHECK(!damaged.empty());
  link.server.engine.receive(damaged, link.client_address, link.now);
  link.server.deliver();
  CHECK_EQUAL(link.server.counters.finished_undecryptable, 1u);
  CHECK(link.handshake());
}

TEST("closing sends close_notify, and the other side reports it and answers") {
  Link link;
  CHECK(link.handshake());
  CHECK(link.client.engine.close(link.client_peer) == Status::kOk);
  CHECK(link.client.engine.close(link.client_peer) == Status::kNoSuchPeer);
  link.exchange();
  const Side::Event* closed = link.server.last(EventKind::kClosed);
  CHECK(closed != nullptr && closed->a == static_cast<int32_t>(Cause::kCloseNotify) && closed->c == 1);
  CHECK_EQUAL(link.server.counters.peers, 0u);
  CHECK_EQUAL(link.client.count(EventKind::kClosed), 0u);
}

TEST("a handshake that is closed counts as failed, so that what was started adds up") {
  Link link;
  link.pass = [](bool to_server, size_t n, core::ByteView) { return !to_server || n < 2; };
  link.connect();
  link.exchange();
  link.client.engine.close(link.client_peer);
  link.server.engine.close_all();
  for (const Side* side : {&link.client, &link.server}) {
    CHECK_EQUAL(side->counters.handshakes_started, 1u);
    CHECK_EQUAL(side->counters.handshakes_failed, 1u);
    CHECK_EQUAL(side->counters.peers, 0u);
  }
}

TEST("a replayed record is delivered once") {
  Link link;
  CHECK(link.handshake());
  CHECK(echo(link, "once"));
  const std::vector<uint8_t> record = link.to_server.back();
  link.server.engine.receive(record, link.client_address, link.now);
  link.server.deliver();
  CHECK_EQUAL(link.server.count(EventKind::kMessage), 1u);
  CHECK_EQUAL(link.server.counters.datagrams_ignored, 1u);
  CHECK(echo(link, "still here"));
}

TEST("several records in one datagram are all delivered") {
  Link link;
  CHECK(link.handshake());
  std::vector<uint8_t> datagram;
  for (int i = 0; i < 3; ++i) {
    link.client.engine.send(link.client_peer, core::bytes_of("record"));
    const core::ByteView bytes = link.client.outbox.bytes(link.client.outbox[0]);
    datagram.insert(datagram.end(), bytes.begin(), bytes.end());
    link.client.outbox.clear();
  }
  link.server.engine.receive(datagram, link.client_address, link.now);
  link.server.deliver();
  CHECK_EQUAL(link.server.count(EventKind::kMessage), 3u);
}

TEST("records wait in the backlog while the sink is full and are delivered after it") {
  Link link;
  CHECK(link.handshake());
  std::vector<uint8_t> datagram;
  for (int i = 0; i < 5; ++i) {
    link.client.engine.send(link.client_peer, core::bytes_of("record"));
    const core::ByteView bytes = link.client.outbox.bytes(link.client.outbox[0]);
    datagram.insert(datagram.end(), bytes.begin(), bytes.end());
    link.client.outbox.clear();
  }
  link.server.sink.lend_events(link.server.records.data(), core::EventSink::kReservedEvents + 1);
  link.server.engine.receive(datagram, link.client_address, link.now);
  CHECK(link.server.engine.has_backlog());
  int rounds = 0;
  link.server.deliver();
  while (link.server.engine.has_backlog() && ++rounds < 20) {
    link.server.engine.resume();
    link.server.deliver();
  }
  CHECK_EQUAL(link.server.count(EventKind::kMessage), 5u);
}

TEST("garbage before, during and after the handshake is counted and changes nothing") {
  std::mt19937 random(5);
  Link link;
  const auto garbage = [&](size_t size) {
    std::vector<uint8_t> bytes(size);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
    return bytes;
  };
  const auto throw_garbage = [&] {
    for (size_t size : {0, 1, 12, 13, 14, 100, 1232, 18000}) {
      std::vector<uint8_t> bytes = garbage(size);
      link.server.engine.receive(bytes, link.client_address, link.now);
      link.client.engine.receive(bytes, link.server_address, link.now);
      if (size >= 13) {  // the same with a plausible record header
        const uint8_t header[] = {static_cast<uint8_t>(20 + random() % 4), 0xfe, 0xfd, 0,
                                  static_cast<uint8_t>(random() % 2)};
        std::copy(std::begin(header), std::end(header), bytes.begin());
        core::write_u16(&bytes[11], static_cast<uint16_t>(std::min<size_t>(size - 13, 16384)));
        link.server.engine.receive(bytes, ipv4(9, 9), link.now);
      }
      link.server.deliver();
      link.client.deliver();
    }
  };
  throw_garbage();
  link.pass = [&](bool, size_t, core::ByteView) {
    throw_garbage();
    return true;
  };
  CHECK(link.handshake());
  CHECK(echo(link, "unharmed"));
  CHECK(link.server.counters.datagrams_malformed > 0);
}

TEST("forged plain-text alerts do not end an established association") {
  Link link;
  CHECK(link.handshake());
  for (uint8_t level : {1, 2}) {
    for (uint8_t description : {0, 10, 20, 40, 90, 100}) {
      const std::vector<uint8_t> alert = {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 99, 0, 2, level, description};
      link.server.engine.receive(alert, link.client_address, link.now);
      link.server.deliver();
    }
  }
  CHECK(echo(link, "unharmed"));
}

TEST("forged protected records of any length from the peer's address do not end an association") {
  for (const core::CipherSuite& suite : psk_suites()) {
    Link link({.suites = {suite.id}});
    CHECK(link.handshake());
    for (const uint8_t type : {20, 21, 22, 23}) {
      for (uint8_t length = 0; length < 80; ++length) {
        std::vector<uint8_t> forged = {type, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 1, length, 0, length};
        forged.resize(forged.size() + length, 0x5a);
        link.server.engine.receive(forged, link.client_address, link.now);
        link.server.deliver();
        link.client.engine.receive(forged, link.server_address, link.now);
        link.client.deliver();
      }
    }
    CHECK(echo(link, "unharmed"));
    link.client.engine.send(link.client_peer, core::bytes_of("behind a forged record"));
    std::vector<uint8_t> datagram = {23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 2, 0, 0, 1, 0};
    const core::ByteView record = link.client.outbox.bytes(link.client.outbox[0]);
    datagram.insert(datagram.end(), record.begin(), record.end());
    link.server.engine.receive(datagram, link.client_address, link.now);
    link.server.deliver();
    const Side::Event* received = link.server.last(EventKind::kMessage);
    CHECK(received != nullptr && received->payload == "behind a forged record");
  }
}

TEST("a client that starts again in mid-handshake from the same address is served") {
  Link link;
  link.pass = [](bool to_server, size_t n, core::ByteView) { return !to_server || n < 2; };
  link.connect();
  link.exchange();
  CHECK_EQUAL(link.server.counters.peers_handshaking, 1u);
  link.client.engine.close(link.client_peer);
  link.pass = [](bool, size_t, core::ByteView) { return true; };
  link.client_peer = 0;
  CHECK(link.handshake());
  CHECK_EQUAL(link.server.counters.peers, 1u);
}

TEST("protected records that come too early cost bounded memory and the handshake goes on") {
  Link link;
  link.pass = [](bool to_server, size_t n, core::ByteView) { return !to_server || n < 2; };
  link.connect();
  link.exchange();
  for (uint8_t i = 0; i < 100; ++i) {
    const std::vector<uint8_t> early = {22, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, i, 0, 4, 1, 2, 3, 4};
    link.server.engine.receive(early, link.client_address, link.now);
  }
  link.server.deliver();
  CHECK(link.server.counters.datagrams_ignored >= 96);
  link.pass = [](bool, size_t, core::ByteView) { return true; };
  CHECK(link.handshake());
}

TEST("a full table refuses verified strangers and counts them") {
  Link link;
  Side small(3, link.server_context, 1);
  CHECK(link.handshake());
  // The same engine limits apply whoever asks: reuse the wire format with a second client against a one-peer server.
  Side other(4, nullptr);
  for (uint16_t port : {1, 2}) {
    const auto peer = other.engine.connect(ipv4(1, port), link.client_context,
                                           psk_parameters("client1", "0123456789abcdef"), link.now);
    CHECK(peer.status == Status::kOk);
    for (int round = 0; round < 2; ++round) {
      std::vector<uint8_t> hello;
      for (size_t i = 0; i < other.outbox.size(); ++i) {
        const core::ByteView bytes = other.outbox.bytes(other.outbox[i]);
        hello.assign(bytes.begin(), bytes.end());
      }
      other.outbox.clear();
      small.engine.receive(hello, ipv4(2, port), link.now);
      small.deliver();
      if (round == 0) {
        const core::ByteView reply = small.outbox.bytes(small.outbox[0]);
        const std::vector<uint8_t> copy(reply.begin(), reply.end());
        small.outbox.clear();
        other.engine.receive(copy, ipv4(1, port), link.now);
        other.deliver();
      }
    }
    small.outbox.clear();
  }
  CHECK_EQUAL(small.counters.peers, 1u);
  CHECK_EQUAL(small.counters.peers_refused, 1u);
}

TEST("an ICMP error ends a client's handshake at once and leaves an established association alone") {
  Link link;
  link.connect();
  link.client.engine.transport_failed(link.server_address, 111);
  link.client.deliver();
  const Side::Event* closed = link.client.last(EventKind::kClosed);
  CHECK(closed != nullptr && closed->a == static_cast<int32_t>(Cause::kTransport) && closed->b == 111);

  Link established;
  CHECK(established.handshake());
  established.client.engine.transport_failed(established.server_address, 111);
  established.client.deliver();
  const Side::Event* told = established.client.last(EventKind::kPeerError);
  CHECK(told != nullptr && told->peer == established.client_peer && told->b == 111);
  CHECK(echo(established, "unharmed"));
  CHECK_EQUAL(established.client.counters.transport_errors, 1u);
}

TEST("key log lines are reported when the context logs keys") {
  Link link;
  const_cast<core::Context&>(*link.server_context).enable_keylog();
  CHECK(link.handshake());
  const Side::Event* line = link.server.last(EventKind::kKeylog);
  CHECK(line != nullptr && line->payload.starts_with("CLIENT_RANDOM "));
}
