#include "../dane.h"

#include <optional>
#include <string>
#include <vector>

#include "handshake.h"
#include "test.h"

using core::DaneOutcome;
using core::TlsaRecord;
using pki::Identity;

namespace {

/// Every certificate that the cases need.
struct Certificates : pki::Chain {
  Identity expired = make_leaf(-60);
  Identity self_signed = pki::make(leaf_options());
  Identity expired_self_signed = pki::make(expired_options());
  Identity unrelated = pki::make({.name = "unrelated", .authority = true});

  Identity make_leaf(long ends) const {
    pki::Options options = leaf_options();
    options.ends = ends;
    return pki::make(options, &intermediate);
  }
  static pki::Options expired_options() {
    pki::Options options = leaf_options();
    options.ends = -60;
    return options;
  }
};

const Certificates& pki_of_test() {
  static const Certificates made;
  return made;
}

const Identity& root() { return pki_of_test().root; }
const Identity& intermediate() { return pki_of_test().intermediate; }
const Identity& leaf() { return pki_of_test().leaf; }

constexpr uint8_t kCertificate = 0;
constexpr uint8_t kPublicKey = 1;

TlsaRecord record(uint8_t usage, uint8_t selector, uint8_t matching_type, const Identity& identity) {
  std::vector<uint8_t> data = selector == kPublicKey ? pki::public_key_der(identity) : pki::der(identity);
  if (matching_type == 0) return {usage, selector, matching_type, std::move(data)};
  std::vector<uint8_t> digest(EVP_MAX_MD_SIZE);
  unsigned int size = 0;
  EVP_Digest(data.data(), data.size(), digest.data(), &size, matching_type == 1 ? EVP_sha256() : EVP_sha512(), nullptr);
  digest.resize(size);
  return {usage, selector, matching_type, std::move(digest)};
}

TlsaRecord full(uint8_t usage, const Identity& identity) { return record(usage, kCertificate, 0, identity); }

struct Case {
  std::vector<TlsaRecord> records = {};
  const Identity* trusted = nullptr;
  const Identity* served = &leaf();
  std::vector<const Identity*> chain = {&intermediate()};
  std::string name = "localhost";
  bool opportunistic = false;
  DaneOutcome outcome = DaneOutcome::kUsable;
};

core::SslCtxPtr make_dane_ctx(Wire wire, const Case& of) {
  core::SslCtxPtr ctx = make_client_ctx(wire);
  CHECK(core::enable_dane(ctx.get()));
  if (of.opportunistic) SSL_CTX_set_verify(ctx.get(), SSL_VERIFY_NONE, nullptr);
  if (of.trusted != nullptr) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx.get()), of.trusted->certificate.get());
  }
  return ctx;
}

/// The X509 verify error that the handshake ended with, X509_V_OK when it was completed; the same over TLS and DTLS.
long result_of(const Case& of) {
  std::optional<long> result;
  for (const Wire wire : {Wire::kTls, Wire::kDtls}) {
    const core::SslCtxPtr client_ctx = make_dane_ctx(wire, of);
    const core::SslCtxPtr server_ctx = make_server_ctx(wire, *of.served, of.chain);
    Handshake handshake(client_ctx.get(), server_ctx.get());
    CHECK(core::apply_dane(handshake.client.get(), of.name, of.records, of.opportunistic) == of.outcome);
    CHECK(ERR_peek_error() == 0);
    const bool completed = handshake.run();
    const long error = completed ? X509_V_OK : handshake.verify_result();
    CHECK(completed || error != X509_V_OK);
    CHECK(!result || *result == error);
    result = error;
  }
  return *result;
}

core::SslPtr dane_ssl() {
  const core::SslCtxPtr ctx = make_dane_ctx(Wire::kTls, {});
  return core::SslPtr(SSL_new(ctx.get()));
}

DaneOutcome outcome_of(const std::vector<TlsaRecord>& records, bool opportunistic = false) {
  const core::SslPtr ssl = dane_ssl();
  const DaneOutcome outcome = core::apply_dane(ssl.get(), "localhost", records, opportunistic);
  ERR_clear_error();
  return outcome;
}

bool unusable(const TlsaRecord& record) { return outcome_of({record}) == DaneOutcome::kUnusable; }

std::vector<uint8_t> plus_byte(std::vector<uint8_t> data) {
  data.push_back(0);
  return data;
}

}  // namespace

TEST("without TLSA records plain PKIX decides") {
  CHECK_EQUAL(result_of({.trusted = &root(), .outcome = DaneOutcome::kNone}), X509_V_OK);
  CHECK_EQUAL(result_of({.outcome = DaneOutcome::kNone}), X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
  CHECK_EQUAL(result_of({.trusted = &intermediate(), .outcome = DaneOutcome::kNone}),
              X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT);
  CHECK_EQUAL(result_of({.trusted = &root(), .name = "other.example", .outcome = DaneOutcome::kNone}),
              X509_V_ERR_HOSTNAME_MISMATCH);
}

TEST("DANE-EE (3) matches the leaf and needs no trust, nor a leaf in its time") {
  const Certificates& all = pki_of_test();
  CHECK_EQUAL(result_of({.records = {full(3, leaf())}}), X509_V_OK);
  CHECK_EQUAL(result_of({.records = {full(3, all.expired)}, .served = &all.expired}), X509_V_OK);
  CHECK_EQUAL(result_of({.records = {full(3, all.self_signed)}, .served = &all.self_signed, .chain = {}}), X509_V_OK);
  CHECK_EQUAL(result_of({.records = {full(3, all.unrelated), full(3, leaf())}}), X509_V_OK);
}

TEST("DANE-EE (3) checks the name too") {
  CHECK_EQUAL(result_of({.records = {full(3, leaf())}, .name = "other.example"}), X509_V_ERR_HOSTNAME_MISMATCH);
  CHECK_EQUAL(result_of({.records = {full(3, leaf())}, .name = "127.0.0.1"}), X509_V_OK);
  CHECK_EQUAL(result_of({.records = {full(3, leaf())}, .name = "127.0.0.2"}), X509_V_ERR_IP_ADDRESS_MISMATCH);
  CHECK_EQUAL(result_of({.records = {full(3, leaf())}, .name = "::1"}), X509_V_ERR_IP_ADDRESS_MISMATCH);
  CHECK_EQUAL(result_of({.records = {full(3, leaf())}, .name = ""}), X509_V_OK);
}

TEST("DANE-EE (3) refuses what does not match, even if it is trusted") {
  const Identity& other = pki_of_test().self_signed;
  CHECK_EQUAL(result_of({.records = {full(3, intermediate())}}), X509_V_ERR_DANE_NO_MATCH);
  CHECK_EQUAL(result_of({.records = {full(3, other)}, .trusted = &root()}), X509_V_ERR_DANE_NO_MATCH);
}

TEST("DANE-EE (3) takes the certificate or its key, whole or as digest") {
  for (const uint8_t selector : {kCertificate, kPublicKey}) {
    for (const uint8_t matching_type : {0, 1, 2}) {
      CHECK_EQUAL(result_of({.records = {record(3, selector, matching_type, leaf())}}), X509_V_OK);
      CHECK_EQUAL(result_of({.records = {record(3, selector, matching_type, intermediate())}}),
                  X509_V_ERR_DANE_NO_MATCH);
    }
  }
}

TEST("DANE-TA (2) is a trust anchor of its own, sent or known from its record") {
  CHECK_EQUAL(result_of({.records = {full(2, intermediate())}}), X509_V_OK);
  CHECK_EQUAL(result_of({.records = {full(2, root())}}), X509_V_OK);
  CHECK_EQUAL(result_of({.records = {record(2, kCertificate, 1, intermediate())}}), X509_V_OK);
  CHECK_EQUAL(result_of({.records = {record(2, kCertificate, 1, root())}, .chain = {&intermediate(), &root()}}),
              X509_V_OK);
  CHECK_EQUAL(result_of({.records = {record(2, kCertificate, 1, root())}}), X509_V_ERR_DANE_NO_MATCH);
}

TEST("DANE-TA (2) refuses leaves, strangers, and what PKIX refuses but for trust") {
  const Certificates& all = pki_of_test();
  CHECK_EQUAL(result_of({.records = {full(2, leaf())}}), X509_V_ERR_DANE_NO_MATCH);
  CHECK_EQUAL(result_of({.records = {full(2, all.self_signed)}, .served = &all.self_signed, .chain = {}}),
              X509_V_ERR_DANE_NO_MATCH);
  CHECK_EQUAL(result_of({.records = {full(2, all.unrelated)}}), X509_V_ERR_DANE_NO_MATCH);
  CHECK_EQUAL(result_of({.records = {full(2, all.unrelated)}, .trusted = &root()}), X509_V_ERR_DANE_NO_MATCH);
  CHECK_EQUAL(result_of({.records = {full(2, intermediate())}, .served = &all.expired}), X509_V_ERR_CERT_HAS_EXPIRED);
  CHECK_EQUAL(result_of({.records = {full(2, intermediate())}, .name = "other.example"}), X509_V_ERR_HOSTNAME_MISMATCH);
}

TEST("PKIX-TA (0) wants its authority in a chain that is trusted") {
  CHECK_EQUAL(result_of({.records = {full(0, intermediate())}, .trusted = &root()}), X509_V_OK);
  CHECK_EQUAL(result_of({.records = {full(0, root())}, .trusted = &root()}), X509_V_OK);
  CHECK_EQUAL(result_of({.records = {full(0, root())}, .trusted = &root(), .chain = {&intermediate(), &root()}}),
              X509_V_OK);
  CHECK_EQUAL(result_of({.records = {full(0, intermediate())}}), X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
  CHECK_EQUAL(result_of({.records = {full(0, leaf())}, .trusted = &root()}), X509_V_ERR_DANE_NO_MATCH);
}

TEST("PKIX-EE (1) wants its leaf, trusted") {
  const Certificates& all = pki_of_test();
  CHECK_EQUAL(result_of({.records = {full(1, leaf())}, .trusted = &root()}), X509_V_OK);
  CHECK_EQUAL(result_of({.records = {full(1, leaf())}}), X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
  CHECK_EQUAL(result_of({.records = {full(1, intermediate())}, .trusted = &root()}), X509_V_ERR_DANE_NO_MATCH);
  CHECK_EQUAL(result_of({.records = {full(1, all.self_signed)},
                         .trusted = &all.self_signed,
                         .served = &all.self_signed,
                         .chain = {}}),
              X509_V_OK);
  CHECK_EQUAL(result_of({.records = {full(1, all.expired)}, .trusted = &root(), .served = &all.expired}),
              X509_V_ERR_CERT_HAS_EXPIRED);
}

TEST("opportunistic DANE verifies exactly when a record of usage 2 or 3 can be used") {
  const Identity& other = pki_of_test().self_signed;
  const TlsaRecord garbage{3, 0, 0, {1, 2, 3}};
  const auto result = [](std::vector<TlsaRecord> records, DaneOutcome outcome) {
    return result_of({.records = std::move(records), .opportunistic = true, .outcome = outcome});
  };
  CHECK_EQUAL(result({full(3, leaf())}, DaneOutcome::kUsable), X509_V_OK);
  CHECK_EQUAL(result({full(3, other)}, DaneOutcome::kUsable), X509_V_ERR_DANE_NO_MATCH);
  CHECK_EQUAL(result({full(2, intermediate())}, DaneOutcome::kUsable), X509_V_OK);
  CHECK_EQUAL(result({full(0, other), full(3, other)}, DaneOutcome::kUsable), X509_V_ERR_DANE_NO_MATCH);
  CHECK_EQUAL(result({full(1, other), full(3, leaf())}, DaneOutcome::kUsable), X509_V_OK);
  CHECK_EQUAL(result({full(0, other), full(1, other)}, DaneOutcome::kNone), X509_V_OK);
  CHECK_EQUAL(result({garbage}, DaneOutcome::kNone), X509_V_OK);
  CHECK_EQUAL(result({}, DaneOutcome::kNone), X509_V_OK);
}

TEST("records that cannot be used are refused when there is no other") {
  const std::vector<uint8_t> certificate = pki::der(leaf());
  CHECK(unusable({4, 0, 0, certificate}));
  CHECK(unusable({3, 2, 0, certificate}));
  CHECK(unusable({3, 0, 3, certificate}));
  CHECK(unusable({3, 0, 1, std::vector<uint8_t>(31)}));
  CHECK(unusable({3, 0, 2, std::vector<uint8_t>(32)}));
  CHECK(unusable({3, 0, 0, {1, 2, 3}}));
  CHECK(unusable({3, 0, 0, plus_byte(certificate)}));
  CHECK(unusable({3, 1, 0, certificate}));
  CHECK(unusable({3, 1, 0, plus_byte(pki::public_key_der(leaf()))}));
  CHECK(unusable({3, 0, 0, {}}));
  CHECK(unusable({3, 0, 1, {}}));
  CHECK(outcome_of({{3, 0, 1, {}}, full(3, leaf())}) == DaneOutcome::kUsable);
}

TEST("an SSL_CTX that is not prepared leaves DANE records unusable") {
  const core::SslCtxPtr ctx = make_client_ctx(Wire::kTls);
  const auto outcome = [&](bool opportunistic) {
    const core::SslPtr ssl(SSL_new(ctx.get()));
    const std::vector<TlsaRecord> records = {full(3, leaf())};
    return core::apply_dane(ssl.get(), "localhost", records, opportunistic);
  };
  CHECK(outcome(false) == DaneOutcome::kUnusable);
  CHECK_EQUAL(ERR_GET_REASON(ERR_peek_error()), SSL_R_CONTEXT_NOT_DANE_ENABLED);
  CHECK(outcome(true) == DaneOutcome::kNone);
  CHECK(ERR_peek_error() == 0);
}

TEST("DANE neither sets a server name nor changes one") {
  const std::vector<TlsaRecord> records = {full(3, leaf())};
  for (const char* name : {"localhost", "127.0.0.1", ""}) {
    const core::SslPtr without = dane_ssl();
    CHECK(core::apply_dane(without.get(), name, records, false) == DaneOutcome::kUsable);
    CHECK(SSL_get_servername(without.get(), TLSEXT_NAMETYPE_host_name) == nullptr);
    const core::SslPtr with = dane_ssl();
    SSL_set_tlsext_host_name(with.get(), "sni.example");
    CHECK(core::apply_dane(with.get(), name, records, false) == DaneOutcome::kUsable);
    CHECK(std::string("sni.example") == SSL_get_servername(with.get(), TLSEXT_NAMETYPE_host_name));
  }
}

TEST("a name that cannot be checked makes DANE unusable, as does a second use") {
  const std::vector<TlsaRecord> records = {full(3, leaf())};
  const core::SslPtr ssl = dane_ssl();
  CHECK(core::apply_dane(ssl.get(), std::string("a\0b", 3), records, false) == DaneOutcome::kUnusable);
  ERR_clear_error();
  CHECK(core::apply_dane(ssl.get(), "localhost", records, false) == DaneOutcome::kUnusable);
  ERR_clear_error();
}
