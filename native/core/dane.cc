#include "dane.h"

namespace core {
namespace {

constexpr uint8_t kFirstWithoutPkix = 2;  ///< usages 0 and 1 need a trusted chain besides (RFC 7671 2.1)
constexpr uint8_t kPublicKey = 1;         ///< selector
constexpr uint8_t kFull = 0;              ///< matching types
constexpr uint8_t kSha256 = 1;
constexpr uint8_t kSha512 = 2;

/// The base domain would only set the server name and the name to check, and SSL_dane_enable takes an IP literal for a
/// DNS name in both. Null leaves the first alone and clears the second.
bool enable(SSL* ssl, const std::string& name) {
  return SSL_dane_enable(ssl, nullptr) == 1 && set_verify_name(ssl, name);
}

/// Whether the data of a record without digest is just what its selector says. libssl 1.1.1 finds that out too, but
/// then keeps the certificate or key for ever.
bool readable(const TlsaRecord& record) {
  if (record.matching_type != kFull || record.data.empty()) return true;
  const unsigned char* at = record.data.data();
  const unsigned char* const end = at + record.data.size();
  const auto size = static_cast<long>(record.data.size());
  if (record.selector == kPublicKey) return EvpPkeyPtr(d2i_PUBKEY(nullptr, &at, size)) && at == end;
  const X509Ptr certificate(d2i_X509(nullptr, &at, size));
  return certificate && at == end && X509_get0_pubkey(certificate.get()) != nullptr;
}

bool add_record(SSL* ssl, const TlsaRecord& record) {
  return readable(record) && SSL_dane_tlsa_add(ssl, record.usage, record.selector, record.matching_type,
                                               record.data.data(), record.data.size()) == 1;
}

size_t add_records(SSL* ssl, std::span<const TlsaRecord> records, bool opportunistic) {
  size_t usable = 0;
  for (const TlsaRecord& record : records) {
    if (opportunistic && record.usage < kFirstWithoutPkix) continue;
    usable += add_record(ssl, record);
  }
  return usable;
}

}  // namespace

bool enable_dane(SSL_CTX* ctx) {
  return SSL_CTX_dane_enable(ctx) == 1 && SSL_CTX_dane_mtype_set(ctx, EVP_sha256(), kSha256, 1) == 1 &&
         SSL_CTX_dane_mtype_set(ctx, EVP_sha512(), kSha512, 2) == 1;
}

DaneOutcome apply_dane(SSL* ssl, const std::string& name, std::span<const TlsaRecord> records, bool opportunistic) {
  ERR_clear_error();
  const bool enabled = enable(ssl, name);
  const bool usable = enabled && add_records(ssl, records, opportunistic) > 0;
  if (opportunistic) SSL_set_verify(ssl, usable ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (!usable && !opportunistic && !(enabled && records.empty())) return DaneOutcome::kUnusable;
  ERR_clear_error();
  return usable ? DaneOutcome::kUsable : DaneOutcome::kNone;
}

}  // namespace core
