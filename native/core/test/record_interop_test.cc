// Our records and those of libssl are the same: each side opens what the other one seals, for every suite.

#include "certificate_link.h"
#include "own_records.h"

using core::EventKind;
using core::Role;
using core::Status;

namespace {

constexpr int kLargeMtu = 17000;

std::vector<size_t> sizes_up_to(size_t largest) {
  std::vector<size_t> sizes;
  for (size_t size = 1; size <= 64; ++size) sizes.push_back(size);
  for (size_t block = 128; block < largest; block *= 2) {
    for (const size_t size : {block - 1, block, block + 1}) sizes.push_back(size);
  }
  for (const size_t size : {largest - 17, largest - 16, largest - 15, largest - 1, largest}) sizes.push_back(size);
  return sizes;
}

std::string text_of(size_t size, size_t number) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 + number * 7 + (i >> 8));
  return text;
}

void carry(Link& link, Side& from, core::PeerId peer, const Side& to) {
  const size_t largest = static_cast<size_t>(link.client.last(EventKind::kConnected)->b);
  CHECK_EQUAL(largest, 16384u);
  std::vector<std::string> sent;
  const size_t before = to.events.size();
  for (const size_t size : sizes_up_to(largest)) {
    sent.push_back(text_of(size, sent.size()));
    CHECK(from.engine.send(peer, core::bytes_of(sent.back())) == Status::kOk);
    link.exchange();
  }
  CHECK_EQUAL(to.events.size(), before + sent.size());
  for (size_t i = 0; i < sent.size() && before + i < to.events.size(); ++i) {
    CHECK(to.events[before + i].kind == EventKind::kMessage && to.events[before + i].payload == sent[i]);
  }
}

void talk(Link& link, bool server_own, bool client_own) {
  const core::PeerId at_server = link.server_peer();
  CHECK((record_layer_of(link.server, at_server) != nullptr) == server_own);
  CHECK((record_layer_of(link.client, link.client_peer) != nullptr) == client_own);
  CHECK_EQUAL(link.server.counters.peers_on_libssl, server_own ? 0u : 1u);
  carry(link, link.client, link.client_peer, link.server);
  carry(link, link.server, at_server, link.client);
  link.client.engine.close(link.client_peer);
  link.exchange();
  const Side::Event* closed = link.server.last(EventKind::kClosed);
  CHECK(closed != nullptr && closed->a == static_cast<int32_t>(core::Cause::kCloseNotify));
  CHECK_EQUAL(link.server.counters.datagrams_ignored, 0u);
  CHECK_EQUAL(link.client.counters.datagrams_ignored, 0u);
  CHECK_EQUAL(link.server.counters.peers_on_libssl, 0u);
}

struct Owners {
  bool server;
  bool client;
};
constexpr Owners kMixed[] = {{true, false}, {false, true}, {true, true}};

/// Key exchanges that a Context of ours has what it takes for; RSA needs a certificate of RSA.
bool has_certificates_for(const core::CipherSuite& suite, bool& rsa) {
  const std::string_view name(suite.name);
  rsa = name.starts_with("TLS_ECDHE_RSA_");
  return rsa || name.starts_with("TLS_ECDHE_ECDSA_");
}

}  // namespace

TEST("our records and those of libssl are the same, for every AEAD suite with a pre-shared key") {
  size_t suites = 0;
  for (const core::CipherSuite& suite : psk_suites()) {
    if (suite.aead.mode == core::Aead::Mode::kNone) continue;
    ++suites;
    for (const Owners& own : kMixed) {
      Link link(
          {.suites = {suite.id}, .mtu = kLargeMtu, .server_own_records = own.server, .client_own_records = own.client});
      CHECK(link.handshake());
      if (link.server_peer() != 0) talk(link, own.server, own.client);
    }
  }
  CHECK(suites >= 12);
}

TEST("our records and those of libssl are the same, for every AEAD suite with certificates") {
  const Credentials ecdsa(pki::KeyType::kEcP256);
  const Credentials rsa(pki::KeyType::kRsa2048);
  size_t suites = 0;
  for (const core::CipherSuite* suite : aead_suites()) {
    bool needs_rsa = false;
    if (!has_certificates_for(*suite, needs_rsa)) continue;
    ++suites;
    for (const Owners& own : kMixed) {
      const auto context = [&](Role role) {
        core::ContextOptions options = options_of(role, suite->id);
        options.mtu = kLargeMtu;
        options.own_records = role == Role::kServer ? own.server : own.client;
        return make_certified(std::move(options), (needs_rsa ? rsa : ecdsa).of(role));
      };
      CertificateLink link(context(Role::kServer), context(Role::kClient));
      CHECK(link.shake_hands());
      if (link.server_peer() != 0) talk(link, own.server, own.client);
    }
  }
  CHECK(suites >= 10);
}

TEST("thousands of records in a row open in order on the other side") {
  for (const Owners& own : kMixed) {
    for (const uint16_t suite : {0xc0a8, 0x00a8, 0xccab}) {
      Link link({.suites = {suite}, .server_own_records = own.server, .client_own_records = own.client});
      CHECK(link.handshake());
      const core::PeerId at_server = link.server_peer();
      for (int i = 0; i < 2000; ++i) {
        CHECK(link.client.engine.send(link.client_peer, core::bytes_of(std::to_string(i))) == Status::kOk);
        CHECK(link.server.engine.send(at_server, core::bytes_of(std::to_string(-i))) == Status::kOk);
        link.exchange();
        CHECK(link.server.last(EventKind::kMessage)->payload == std::to_string(i));
        CHECK(link.client.last(EventKind::kMessage)->payload == std::to_string(-i));
      }
    }
  }
}

TEST("CBC suites stay with libssl") {
  size_t suites = 0;
  for (const core::CipherSuite& suite : psk_suites()) {
    if (suite.aead.mode != core::Aead::Mode::kNone) continue;
    ++suites;
    Link link({.suites = {suite.id}});
    CHECK(link.handshake());
    CHECK(record_layer_of(link.server, link.server_peer()) == nullptr);
    CHECK_EQUAL(link.server.counters.peers_on_libssl, 1u);
  }
  CHECK(suites > 0);
}
