#include "../hello_verifier.h"

#include <random>

#include "hello_fragments.h"
#include "link.h"
#include "test.h"

using core::ClientHello;
using core::HelloVerifier;
using Verdict = HelloVerifier::Verdict;

namespace {

/// The two ClientHellos of a real handshake: without and with the server's cookie.
struct Hellos {
  std::vector<uint8_t> first;
  std::vector<uint8_t> second;
};

Hellos real_hellos(Link& link) {
  link.connect();
  link.exchange();
  return {link.to_server.at(0), link.to_server.at(1)};
}

/// The same hello, which had none, with a session id of 32 times `byte`.
std::vector<uint8_t> with_session_id(std::vector<uint8_t> hello, uint8_t byte) {
  constexpr size_t kSize = 32, kIdAt = 59;
  CHECK_EQUAL(hello[kIdAt], 0);
  hello[kIdAt] = kSize;
  hello.insert(hello.begin() + kIdAt + 1, kSize, byte);
  const uint32_t record = static_cast<uint32_t>(hello.size()) - core::RecordHeader::kSize;
  core::write_u16(&hello[11], static_cast<uint16_t>(record));
  core::write_u24(&hello[14], record - 12);
  core::write_u24(&hello[22], record - 12);
  return hello;
}

void put_cookie(std::vector<uint8_t>& hello, const HelloVerifier::Reply& reply) {
  ClientHello parsed;
  CHECK(core::parse_client_hello(hello, parsed));
  const auto cookie_at = parsed.cookie.data() - hello.data();
  std::copy(reply.end() - HelloVerifier::kCookieSize, reply.end(), hello.begin() + cookie_at);
}

}  // namespace

TEST("a hello without cookie is answered with a HelloVerifyRequest that echoes its sequence numbers") {
  Link link;
  std::vector<uint8_t> hello = real_hellos(link).first;
  hello[10] = 7;  // record sequence number
  HelloVerifier verifier;
  HelloVerifier::Reply reply;
  ClientHello parsed;
  CHECK(verifier.check(hello, link.client_address, 0, parsed, reply) == Verdict::kReply);
  CHECK_EQUAL(reply[0], 22);
  CHECK_EQUAL(reply[10], 7);
  CHECK_EQUAL(reply[13], 3);
  CHECK(reply.size() <= hello.size());
}

TEST("a cookie counts for its address, its hello and two periods only") {
  Link link;
  const Hellos hellos = real_hellos(link);
  HelloVerifier verifier;
  HelloVerifier::Reply reply;
  ClientHello parsed;
  const core::Address from = link.client_address;
  verifier.check(hellos.first, from, 0, parsed, reply);
  std::vector<uint8_t> hello = hellos.second;
  put_cookie(hello, reply);
  CHECK(verifier.check(hello, from, 1, parsed, reply) == Verdict::kVerified);
  const size_t cookie_at = static_cast<size_t>(parsed.cookie.data() - hello.data());

  core::Address elsewhere = from;
  ++elsewhere.port;
  CHECK(verifier.check(hello, elsewhere, 1, parsed, reply) == Verdict::kBadCookie);
  elsewhere = from;
  ++elsewhere.ip[3];
  CHECK(verifier.check(hello, elsewhere, 1, parsed, reply) == Verdict::kBadCookie);

  for (size_t i = cookie_at; i < cookie_at + HelloVerifier::kCookieSize; ++i) {
    std::vector<uint8_t> forged = hello;
    forged[i] ^= 1;
    CHECK(verifier.check(forged, from, 1, parsed, reply) == Verdict::kBadCookie);
  }
  std::vector<uint8_t> other_random = hello;
  other_random[30] ^= 1;
  CHECK(verifier.check(other_random, from, 1, parsed, reply) == Verdict::kBadCookie);

  CHECK(verifier.check(hello, from, HelloVerifier::kRotation + 1, parsed, reply) == Verdict::kVerified);
  CHECK(verifier.check(hello, from, 2 * HelloVerifier::kRotation + 2, parsed, reply) == Verdict::kBadCookie);
}

// Mbed TLS 2.28 with a ticket.
TEST("a client may make up another session id for its second hello") {
  Link link;
  const Hellos hellos = real_hellos(link);
  HelloVerifier verifier;
  HelloVerifier::Reply reply;
  ClientHello parsed;
  const std::vector<uint8_t> first = with_session_id(hellos.first, 0xaa);
  CHECK(verifier.check(first, link.client_address, 0, parsed, reply) == Verdict::kReply);
  std::vector<uint8_t> second = with_session_id(hellos.second, 0xbb);
  put_cookie(second, reply);
  CHECK(verifier.check(second, link.client_address, 1, parsed, reply) == Verdict::kVerified);
}

// The cookie makes the second hello larger, perhaps too large for one datagram.
TEST("a cookie for a whole hello counts for one in fragments, and the other way round") {
  Link link;
  const Hellos hellos = real_hellos(link);
  HelloVerifier verifier;
  HelloVerifier::Reply reply;
  ClientHello parsed;
  const auto cut_behind_suites = [&](const std::vector<uint8_t>& hello) {
    CHECK(core::parse_client_hello(hello, parsed));
    const auto* end = parsed.cipher_suites.data() + parsed.cipher_suites.size();
    return HelloFragments(hello, static_cast<size_t>(end - hello.data()) - HelloFragments::kHeaders);
  };
  CHECK(verifier.check(hellos.first, link.client_address, 0, parsed, reply) == Verdict::kReply);
  std::vector<uint8_t> second = hellos.second;
  put_cookie(second, reply);
  const HelloFragments fragments = cut_behind_suites(second);
  CHECK(verifier.check(fragments.first, link.client_address, 1, parsed, reply) == Verdict::kVerified);
  CHECK(!parsed.whole);
  CHECK(verifier.check(fragments.second, link.client_address, 1, parsed, reply) == Verdict::kMalformed);

  const HelloFragments asking = cut_behind_suites(hellos.first);
  CHECK(verifier.check(asking.first, link.client_address, 1, parsed, reply) == Verdict::kReply);
  CHECK(reply.size() <= asking.first.size());
  put_cookie(second, reply);
  CHECK(verifier.check(second, link.client_address, 1, parsed, reply) == Verdict::kVerified);

  std::vector<uint8_t> other_suites = second;
  const size_t suites_at = static_cast<size_t>(parsed.cipher_suites.data() - second.data());
  other_suites[suites_at + 3] ^= 1;
  CHECK(verifier.check(other_suites, link.client_address, 1, parsed, reply) == Verdict::kBadCookie);
}

TEST("after a long pause an old cookie is not accepted as the previous one") {
  Link link;
  const Hellos hellos = real_hellos(link);
  HelloVerifier verifier;
  HelloVerifier::Reply reply;
  ClientHello parsed;
  verifier.check(hellos.first, link.client_address, 0, parsed, reply);
  std::vector<uint8_t> hello = hellos.second;
  put_cookie(hello, reply);
  CHECK(verifier.check(hello, link.client_address, 5 * HelloVerifier::kRotation, parsed, reply) == Verdict::kBadCookie);
}

TEST("a server that is seldom asked accepts no cookie for longer than two periods either") {
  Link link;
  const Hellos hellos = real_hellos(link);
  HelloVerifier verifier;
  HelloVerifier::Reply reply;
  ClientHello parsed;
  verifier.check(hellos.first, link.client_address, 0, parsed, reply);
  std::vector<uint8_t> hello = hellos.second;
  put_cookie(hello, reply);
  verifier.check(hellos.first, link.client_address, 2 * HelloVerifier::kRotation - 1, parsed, reply);
  CHECK(verifier.check(hello, link.client_address, 2 * HelloVerifier::kRotation - 1, parsed, reply) ==
        Verdict::kVerified);
  CHECK(verifier.check(hello, link.client_address, 2 * HelloVerifier::kRotation, parsed, reply) == Verdict::kBadCookie);
}

TEST("every truncation and many mutations of a ClientHello are handled without reading outside of it") {
  Link link;
  const std::vector<uint8_t> hello = real_hellos(link).second;
  HelloVerifier verifier;
  HelloVerifier::Reply reply;
  ClientHello parsed;
  for (size_t size = 0; size < hello.size(); ++size) {
    const std::vector<uint8_t> cut(hello.begin(), hello.begin() + static_cast<long>(size));
    CHECK(verifier.check(cut, link.client_address, 0, parsed, reply) == Verdict::kMalformed);
  }
  std::mt19937 random(11);
  for (int round = 0; round < 50000; ++round) {
    std::vector<uint8_t> mutated(hello);
    for (unsigned flips = 1 + random() % 4; flips > 0; --flips) mutated[random() % mutated.size()] = random() & 0xff;
    verifier.check(mutated, link.client_address, 0, parsed, reply);
  }
}
