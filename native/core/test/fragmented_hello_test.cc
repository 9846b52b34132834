// ClientHellos that do not fit one datagram.

#include <random>

#include "../client_hello.h"
#include "certificate_link.h"
#include "hello_fragments.h"

using core::EventKind;
using core::Role;
using Bytes = std::vector<uint8_t>;

namespace {

constexpr core::Micros kPatience = 123'000'000;

bool pass_all(bool, size_t, core::ByteView) { return true; }

/// A link whose client has been answered with a cookie; its second hello, in one piece, is held back.
struct HeldLink : Link {
  HeldLink() {
    connect();
    hold();
  }
  /// Goes on until the client has sent its second hello.
  void hold() {
    const size_t before = to_server.size();
    pass = [n = sent_to_server](bool is_to_server, size_t i, core::ByteView) { return !is_to_server || i == n; };
    exchange();
    pass = pass_all;
    CHECK_EQUAL(to_server.size(), before + 2);
    hello = to_server.back();
    to_server.clear();
  }
  void receive(const Bytes& datagram) {
    server.engine.receive(datagram, client_address, now);
    server.deliver();
  }
  uint64_t peers() const { return server.counters.peers; }
  /// The server was content with what it got: neither side had to repeat anything.
  bool connects_at_once() {
    const core::Micros start = now;
    return handshake() && now == start;
  }

  Bytes hello;
};

size_t end_of_suites(const Bytes& hello) {
  core::ClientHello parsed;
  CHECK(core::parse_client_hello(hello, parsed));
  return static_cast<size_t>(parsed.cipher_suites.data() + parsed.cipher_suites.size() - hello.data()) -
         HelloFragments::kHeaders;
}

bool is_fragment(const Bytes& datagram) {
  return datagram.size() > HelloFragments::kHeaders && datagram[0] == 22 && datagram[13] == 1 &&
         core::read_u24(&datagram[22]) != core::read_u24(&datagram[14]);
}

/// A client whose hellos need more than one datagram of 256 bytes.
LinkOptions small_mtu() {
  LinkOptions options;
  options.mtu = 256;
  return options;
}

core::ClientParameters with_long_name(size_t size = 200) {
  core::ClientParameters parameters = psk_parameters("client1", "0123456789abcdef");
  while (parameters.server_name.size() < size) parameters.server_name += parameters.server_name.size() % 40 ? 'a' : '.';
  if (!parameters.server_name.empty()) parameters.server_name.front() = parameters.server_name.back() = 'a';
  return parameters;
}

void connect_with_name(Link& link, size_t size = 200) {
  link.client_peer =
      link.client.engine.connect(link.server_address, link.client_context, with_long_name(size), link.now).peer;
}

std::vector<uint16_t> certificate_suites() {
  std::vector<uint16_t> suites;
  for (const core::CipherSuite& suite : core::cipher_suites()) {
    if (suite.kind == core::SuiteKind::kCertificate) suites.push_back(suite.id);
  }
  return suites;
}

}  // namespace

TEST("a ClientHello may be cut anywhere behind its cipher suites") {
  const HeldLink sample;
  const size_t end = HelloFragments::body_size(sample.hello);
  const size_t suites = end_of_suites(sample.hello);
  CHECK(suites < end);
  for (size_t cut = 1; cut < end; ++cut) {
    HeldLink link;
    const HelloFragments fragments(link.hello, cut);
    link.receive(fragments.first);
    CHECK_EQUAL(link.peers(), cut < suites ? 0u : 1u);
    CHECK(link.server.outbox.empty());
    link.receive(fragments.second);
    CHECK_EQUAL(link.server.counters.datagrams_malformed, cut < suites ? 1u : 0u);
    CHECK_EQUAL(link.server.counters.datagrams_unroutable, cut < suites ? 1u : 0u);
    if (cut >= suites) CHECK(link.connects_at_once());
  }
}

TEST("one fragment may be as small as a byte, and several may share a datagram") {
  HeldLink in_pieces;
  const size_t suites = end_of_suites(in_pieces.hello);
  const size_t end = HelloFragments::body_size(in_pieces.hello);
  in_pieces.receive(HelloFragments(in_pieces.hello, suites).first);
  for (size_t at = suites; at < end; ++at) {
    Bytes piece = HelloFragments::make(in_pieces.hello, at, 1);
    piece[10] = static_cast<uint8_t>(10 + at - suites);
    in_pieces.receive(piece);
  }
  CHECK(in_pieces.connects_at_once());

  HeldLink at_once;
  HelloFragments fragments(at_once.hello, suites);
  fragments.first.insert(fragments.first.end(), fragments.second.begin(), fragments.second.end());
  at_once.receive(fragments.first);
  CHECK(at_once.connects_at_once());
}

TEST("no length of a hello keeps our own client from connecting at the smallest MTU") {
  size_t seen[3] = {};
  for (size_t size = 0; size <= 250; size += 2) {
    Link link(small_mtu());
    connect_with_name(link, size);
    const core::Micros start = link.now;
    CHECK(link.handshake());
    CHECK_EQUAL(link.now, start);
    CHECK_EQUAL(link.server.counters.handshakes_started, 1u);
    for (const Bytes& datagram : link.to_server) CHECK(datagram.size() <= 256);
    const bool first = is_fragment(link.to_server[0]);
    ++seen[first ? 2 : is_fragment(link.to_server[1])];
  }
  // No hello in fragments, the second one only, both.
  CHECK(seen[0] > 0 && seen[1] > 0 && seen[2] > 0);
}

TEST("each lost datagram of a handshake with a fragmented hello is made up for") {
  const Credentials credentials;
  core::ContextOptions server_options = options_of(Role::kServer);
  core::ContextOptions client_options = options_of(Role::kClient);
  server_options.mtu = client_options.mtu = 256;
  server_options.cipher_suites = client_options.cipher_suites = certificate_suites();
  const auto server = make_certified(server_options, credentials.of(Role::kServer));
  const auto client = make_certified(client_options, credentials.of(Role::kClient));
  for (const bool to_server : {true, false}) {
    for (size_t lost = 0; lost < 12; ++lost) {
      CertificateLink link(server, client);
      link.pass = [=](bool to_server_now, size_t n, core::ByteView) { return to_server_now != to_server || n != lost; };
      CHECK(link.shake_hands());
      CHECK(is_fragment(link.to_server[0]) && is_fragment(link.to_server[2]));
      CHECK_EQUAL(link.server.counters.handshakes_started, 1u);
      CHECK_EQUAL(link.server.counters.peers, 1u);
    }
  }
}

TEST("a ticket of more than the MTU is resumed") {
  const Credentials credentials;
  core::ContextOptions server_options = options_of(Role::kServer);
  core::ContextOptions client_options = options_of(Role::kClient);
  for (core::ContextOptions* options : {&server_options, &client_options}) {
    options->sessions = options->tickets = true;
    options->mtu = 256;
  }
  CertificateLink link(make_certified(server_options, credentials.of(Role::kServer)),
                       make_certified(client_options, credentials.of(Role::kClient)));
  CHECK(link.shake_hands());
  core::ClientParameters parameters = named("server.example");
  parameters.session = link.session();
  link.hang_up();
  link.to_server.clear();
  const core::Micros start = link.now;
  CHECK(link.shake_hands(std::move(parameters)));
  CHECK(link.resumed());
  CHECK_EQUAL(link.now, start);
  CHECK(is_fragment(link.to_server[0]) && is_fragment(link.to_server[1]) && is_fragment(link.to_server[2]));
}

TEST("a later fragment that comes first is dropped, counted and made up for") {
  Link link(small_mtu());
  connect_with_name(link);
  Bytes early;
  // The second hello is datagrams 2 and 3.
  link.pass = [&](bool to_server, size_t n, core::ByteView bytes) {
    if (!to_server || n < 2 || n > 3) return true;
    if (n == 2) {
      early.assign(bytes.begin(), bytes.end());
      return false;
    }
    link.server.engine.receive(bytes, link.client_address, link.now);
    link.server.engine.receive(early, link.client_address, link.now);
    return false;
  };
  link.exchange();
  // Also the second fragment of the first hello.
  CHECK_EQUAL(link.server.counters.datagrams_unroutable, 2u);
  CHECK_EQUAL(link.server.counters.peers_handshaking, 1u);
  CHECK(link.handshake());
  CHECK_EQUAL(link.server.counters.handshakes_started, 1u);
}

TEST("repeated fragments do no harm, before and after the hello is complete") {
  HeldLink link;
  const HelloFragments fragments(link.hello, end_of_suites(link.hello) + 3);
  for (uint8_t round = 0; round < 5; ++round) {
    Bytes again = fragments.first;
    again[10] = static_cast<uint8_t>(again[10] + 10 * round);
    link.receive(again);
    link.receive(again);
  }
  CHECK(link.server.outbox.empty());
  link.receive(fragments.second);
  const size_t flight = link.server.outbox.size();
  CHECK(flight > 0);
  link.receive(fragments.first);
  link.receive(fragments.second);
  link.receive(link.hello);
  CHECK_EQUAL(link.server.outbox.size(), flight);
  CHECK(link.connects_at_once());
  CHECK_EQUAL(link.server.counters.handshakes_started, 1u);
}

TEST("a hello that is repeated whole, or cut elsewhere, completes what its first fragment began") {
  HeldLink link;
  const size_t suites = end_of_suites(link.hello);
  link.receive(HelloFragments(link.hello, suites + 9).first);
  Bytes whole = link.hello;
  whole[10] = 50;
  HeldLink other;
  other.receive(HelloFragments(other.hello, suites + 9).first);
  HelloFragments cut_elsewhere(other.hello, suites + 2);
  cut_elsewhere.first[10] = 50;
  cut_elsewhere.second[10] = 51;
  link.receive(whole);
  CHECK(link.connects_at_once());
  other.receive(cut_elsewhere.first);
  other.receive(cut_elsewhere.second);
  CHECK(other.connects_at_once());
}

TEST("spoofed first fragments leave nothing behind, and no answer is larger than what asked for it") {
  HeldLink link;
  const size_t suites = end_of_suites(link.hello);
  for (uint16_t port = 1; port <= 500; ++port) {
    const HelloFragments with_cookie_of_another(link.hello, suites + port % 8);
    link.server.engine.receive(with_cookie_of_another.first, ipv4(7, port), link.now);
    link.server.engine.receive(with_cookie_of_another.second, ipv4(7, port), link.now);
    CHECK_EQUAL(link.server.outbox.size(), 1u);
    CHECK(link.server.outbox.bytes(link.server.outbox[0]).size() <= with_cookie_of_another.first.size());
    link.server.outbox.clear();
  }
  CHECK_EQUAL(link.peers(), 0u);
  CHECK_EQUAL(link.server.counters.cookies_rejected, 500u);
  CHECK_EQUAL(link.server.counters.handshakes_started, 0u);
  CHECK(link.server.engine.next_deadline() == core::kNever);
}

TEST("a fragmented hello larger than a handshake message may be is dropped, with a valid cookie too") {
  HeldLink link;
  Bytes first = HelloFragments(link.hello, end_of_suites(link.hello)).first;
  core::write_u24(&first[14], 4097);
  link.receive(first);
  CHECK_EQUAL(link.server.counters.datagrams_malformed, 1u);
  CHECK_EQUAL(link.peers(), 0u);
  core::write_u24(&first[14], 4096);
  link.receive(first);
  CHECK_EQUAL(link.peers(), 1u);
}

TEST("forged later fragments do not end a handshake that waits for the real one") {
  const HeldLink sample;
  const size_t cut = end_of_suites(sample.hello) + 2;
  const HelloFragments sample_fragments(sample.hello, cut);
  std::vector<Bytes> forgeries(6, sample_fragments.second);
  core::write_u24(&forgeries[0][14], 4000);  // of another message
  forgeries[1][13] = 16;                     // a ClientKeyExchange in its place
  core::write_u24(&forgeries[2][19], 4000);  // beyond its message
  core::write_u24(&forgeries[3][22], 4000);  // longer than its record
  forgeries[4] = HelloFragments::make(sample.hello, cut, 0);
  forgeries[5].resize(20);
  for (Bytes& forged : forgeries) {
    forged[10] = 60;
    HeldLink link;
    const HelloFragments fragments(link.hello, cut);
    link.receive(fragments.first);
    const uint64_t ignored = link.server.counters.datagrams_ignored + link.server.counters.datagrams_malformed;
    link.receive(forged);
    CHECK_EQUAL(link.server.counters.datagrams_ignored + link.server.counters.datagrams_malformed, ignored + 1);
    link.receive(fragments.second);
    CHECK(link.connects_at_once());
  }
}

TEST("mutated and truncated fragments are handled without reading outside of them") {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    HeldLink link;
    const HelloFragments fragments(link.hello, end_of_suites(link.hello) + random() % 10);
    for (int i = 0; i < 20; ++i) {
      Bytes mutated = random() % 2 != 0 ? fragments.first : fragments.second;
      for (unsigned flips = random() % 3; flips > 0; --flips) mutated[random() % mutated.size()] = random() & 0xff;
      if (random() % 3 == 0) mutated.resize(random() % mutated.size());
      link.receive(mutated);
    }
    CHECK(link.peers() <= 1);
  }
}

TEST("a client that starts anew replaces what its fragments began, at any point of it") {
  for (size_t lost_from = 3; lost_from < 5; ++lost_from) {
    Link link(small_mtu());
    connect_with_name(link);
    link.pass = [=](bool to_server, size_t n, core::ByteView) { return !to_server || n < lost_from; };
    link.exchange();
    CHECK_EQUAL(link.server.counters.peers_handshaking, 1u);
    link.pass = pass_all;
    link.client.engine.forget(link.client_peer);
    connect_with_name(link);
    const core::Micros start = link.now;
    CHECK(link.handshake());
    CHECK_EQUAL(link.now, start);
    CHECK_EQUAL(link.server.counters.handshakes_started, 2u);
    CHECK_EQUAL(link.server.counters.handshakes_failed, 1u);
    CHECK_EQUAL(link.server.counters.peers, 1u);
  }
}

TEST("a spoofed first fragment does not touch a half-open association") {
  HeldLink link;
  const HelloFragments fragments(link.hello, end_of_suites(link.hello));
  link.receive(fragments.first);
  Bytes other_random = fragments.first;
  other_random[40] ^= 1;
  link.receive(other_random);
  CHECK_EQUAL(link.server.outbox.size(), 1u);  // a HelloVerifyRequest
  link.server.outbox.clear();
  link.receive(fragments.second);
  CHECK(link.connects_at_once());
}

TEST("a hello that is never completed ends with the handshake's patience") {
  HeldLink link;
  link.client.engine.forget(link.client_peer);
  link.receive(HelloFragments(link.hello, end_of_suites(link.hello)).first);
  const core::Micros start = link.now;
  CHECK_EQUAL(link.server.engine.next_deadline(), start + kPatience);
  while (link.advance()) {
  }
  CHECK_EQUAL(link.now, start + kPatience);
  CHECK_EQUAL(link.peers(), 0u);
  CHECK_EQUAL(link.server.counters.handshakes_timed_out, 1u);
}

TEST("a server that was restarted before the second hello completes the handshake with a fragmented third one") {
  Link link(small_mtu());
  connect_with_name(link);
  {
    Side forgetful(9, link.server_context);
    for (size_t i = 0; i < link.client.outbox.size(); ++i) {
      forgetful.engine.receive(link.client.outbox.bytes(link.client.outbox[i]), link.client_address, link.now);
    }
    link.client.outbox.clear();
    link.client.engine.receive(forgetful.outbox.bytes(forgetful.outbox[0]), link.server_address, link.now);
    link.client.deliver();
  }
  CHECK(link.handshake());
  CHECK_EQUAL(link.server.counters.cookies_rejected, 1u);
  CHECK_EQUAL(link.server.counters.handshakes_started, 1u);
}

TEST("while a session is looked for, a repeated hello in fragments changes nothing") {
  const Credentials credentials;
  core::ContextOptions server_options = options_of(Role::kServer);
  core::ContextOptions client_options = options_of(Role::kClient);
  server_options.sessions = client_options.sessions = server_options.external_sessions = true;
  server_options.mtu = client_options.mtu = 256;
  server_options.cipher_suites = client_options.cipher_suites = certificate_suites();
  CertificateLink link(make_certified(server_options, credentials.of(Role::kServer)),
                       make_certified(client_options, credentials.of(Role::kClient)));
  CHECK(link.shake_hands());
  const std::string kept = link.server.last(EventKind::kSession)->payload.substr(33);
  core::ClientParameters parameters = named("server.example");
  parameters.session = link.session();
  link.hang_up();
  link.server.events.clear();
  link.client.events.clear();
  link.to_server.clear();
  link.client_peer =
      link.client.engine.connect(link.server_address, link.client_context, std::move(parameters), link.now).peer;
  link.exchange();
  CHECK(is_fragment(link.to_server.back()));
  for (int i = 0; i < 3; ++i) CHECK(link.advance());
  CHECK_EQUAL(link.server.count(EventKind::kSessionWanted), 1u);
  const Side::Event* wanted = link.server.last(EventKind::kSessionWanted);
  if (wanted == nullptr) return;
  CHECK(link.server.engine.answer_session(wanted->peer, core::bytes_of(kept)) == core::Status::kOk);
  CHECK(link.handshake());
  CHECK(link.resumed());
}
