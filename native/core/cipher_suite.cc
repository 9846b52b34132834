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

Aead::Mode mode_of(const EVP_CIPHER* bulk) {
  if (EVP_CIPHER_nid(bulk) == NID_chacha20_poly1305) return Aead::Mode::kChaCha20;
  switch (EVP_CIPHER_mode(bulk)) {
    case EVP_CIPH_CCM_MODE:
      return Aead::Mode::kCcm;
    case EVP_CIPH_GCM_MODE:
      return Aead::Mode::kGcm;
    default:
      return Aead::Mode::kNone;
  }
}

Aead aead_of(const SSL_CIPHER* cipher) {
  constexpr uint8_t kNonce = 12;
  constexpr uint8_t kExplicitNonce = 8;
  constexpr uint8_t kTag = 16;
  constexpr uint8_t kShortTag = 8;
  const EVP_CIPHER* bulk = EVP_get_cipherbynid(SSL_CIPHER_get_cipher_nid(cipher));
  if (bulk == nullptr || !SSL_CIPHER_is_aead(cipher) || kind_of(cipher) == SuiteKind::kTls13) return {};
  Aead aead;
  aead.mode = mode_of(bulk);
  if (aead.mode == Aead::Mode::kNone) return {};
  const bool short_tag = std::string_view(SSL_CIPHER_get_name(cipher)).ends_with("CCM8");
  aead.key_size = static_cast<uint8_t>(EVP_CIPHER_key_length(bulk));
  aead.explicit_nonce_size = aead.mode == Aead::Mode::kChaCha20 ? 0 : kExplicitNonce;
  aead.fixed_iv_size = kNonce - aead.explicit_nonce_size;
  aead.tag_size = short_tag ? kShortTag : kTag;
  aead.cipher = bulk;
  aead.prf_digest = SSL_CIPHER_get_handshake_digest(cipher);
  return aead;
}

/// RFC 5246 6.2.3.2, 6.2.3.3.
size_t shortest_record(const SSL_CIPHER* cipher, const Aead& aead) {
  if (aead.mode != Aead::Mode::kNone) return aead.overhead();
  const EVP_CIPHER* bulk = EVP_get_cipherbynid(SSL_CIPHER_get_cipher_nid(cipher));
  if (bulk == nullptr || kind_of(cipher) == SuiteKind::kTls13) return 0;
  const EVP_MD* mac = EVP_get_digestbynid(SSL_CIPHER_get_digest_nid(cipher));
  const int block = EVP_CIPHER_block_size(bulk);
  const int mac_and_padding_length = (mac == nullptr ? 0 : EVP_MD_size(mac)) + 1;
  return static_cast<size_t>(EVP_CIPHER_iv_length(bulk) + (mac_and_padding_length + block - 1) / block * block);
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
    const Aead aead = aead_of(cipher);
    suites.push_back({SSL_CIPHER_get_protocol_id(cipher), SSL_CIPHER_standard_name(cipher), SSL_CIPHER_get_name(cipher),
                      kind_of(cipher), static_cast<uint8_t>(shortest_record(cipher, aead)), aead});
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
