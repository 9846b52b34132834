#include "cipher_suite.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "openssl.h"

namespace core {
namespace {

constexpr char kEverySuite[] = "ALL:!aNULL:!eNULL:!aSRP:!kSRP:@SECLEVEL=0";
constexpr char kEveryTls13Suite[] =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256:"
    "TLS_AES_128_CCM_8_SHA256";

SuiteKind kind_of(const SSL_CIPHER* cipher) {
  switch (SSL_CIPHER_get_kx_nid(cipher)) {
    case NID_kx_any:
      return SuiteKind::kTls13;
    case NID_kx_psk:
    case NID_kx_ecdhe_psk:
    case NID_kx_dhe_psk:
    case NID_kx_rsa_psk:
      return SuiteKind::kPsk;
    default:
      return SuiteKind::kCertificate;
  }
}

/// RFC 5246 6.2.3.2, 6.2.3.3; RFC 6655 (CCM), RFC 7905 (ChaCha20 has no nonce in the record).
int shortest_record(const SSL_CIPHER* cipher) {
  constexpr int kExplicitNonce = 8;
  constexpr int kTag = 16;
  constexpr int kShortTag = 8;
  const EVP_CIPHER* bulk = EVP_get_cipherbynid(SSL_CIPHER_get_cipher_nid(cipher));
  if (bulk == nullptr) return 0;
  if (SSL_CIPHER_is_aead(cipher)) {
    const bool short_tag = std::string_view(SSL_CIPHER_get_name(cipher)).ends_with("CCM8");
    if (short_tag) return kExplicitNonce + kShortTag;
    return EVP_CIPHER_nid(bulk) == NID_chacha20_poly1305 ? kTag : kExplicitNonce + kTag;
  }
  const EVP_MD* mac = EVP_get_digestbynid(SSL_CIPHER_get_digest_nid(cipher));
  const int block = EVP_CIPHER_block_size(bulk);
  const int mac_and_padding_length = (mac == nullptr ? 0 : EVP_MD_size(mac)) + 1;
  return EVP_CIPHER_iv_length(bulk) + (mac_and_padding_length + block - 1) / block * block;
}

std::vector<CipherSuite> ask_libssl() {
  ErrorQueueGuard guard;
  std::vector<CipherSuite> suites;
  const SslCtxPtr ctx(SSL_CTX_new(TLS_method()));
  if (!ctx || SSL_CTX_set_cipher_list(ctx.get(), kEverySuite) != 1) return suites;
  SSL_CTX_set_ciphersuites(ctx.get(), kEveryTls13Suite);
  const STACK_OF(SSL_CIPHER)* list = SSL_CTX_get_ciphers(ctx.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(list); ++i) {
    const SSL_CIPHER* cipher = sk_SSL_CIPHER_value(list, i);
    suites.push_back({SSL_CIPHER_get_protocol_id(cipher), SSL_CIPHER_standard_name(cipher), SSL_CIPHER_get_name(cipher),
                      kind_of(cipher), static_cast<uint8_t>(shortest_record(cipher))});
  }
  std::sort(suites.begin(), suites.end(), [](const auto& left, const auto& right) { return left.id < right.id; });
  return suites;
}

const std::vector<CipherSuite>& table() {
  static const std::vector<CipherSuite> suites = ask_libssl();
  return suites;
}

}  // namespace

std::span<const CipherSuite> cipher_suites() { return table(); }

const CipherSuite* find_cipher_suite(uint16_t id) {
  const auto found = std::lower_bound(table().begin(), table().end(), id,
                                      [](const CipherSuite& suite, uint16_t wanted) { return suite.id < wanted; });
  return found == table().end() || found->id != id ? nullptr : &*found;
}

}  // namespace core
