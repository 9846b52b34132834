#include "ticket_keys.h"

#include <cstring>

namespace core {
namespace {

constexpr size_t kNameSize = 16;
constexpr size_t kCipherKeySize = 32;
constexpr size_t kMacKeySize = 32;
static_assert(kNameSize + kCipherKeySize + kMacKeySize == TicketKeys::kKeySize);

// What libssl wants to hear (SSL_CTX_set_tlsext_ticket_key_cb).
constexpr int kFailed = -1;
constexpr int kNoKey = 0;
constexpr int kDone = 1;
constexpr int kDoneRenew = 2;

int context_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

/// libssl calls back for the SSL_CTX that an SSL was made from, but SSL_get_SSL_CTX() gives the one that the server
/// name chose since. So each SSL remembers the keys from its birth.
void remember_keys(void* ssl, void*, CRYPTO_EX_DATA* data, int index, long, void*) {
  const SSL_CTX* ctx = SSL_get_SSL_CTX(static_cast<const SSL*>(ssl));
  CRYPTO_set_ex_data(data, index, ctx != nullptr ? SSL_CTX_get_ex_data(ctx, context_index()) : nullptr);
}

int ssl_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, remember_keys, nullptr, nullptr);
  return index;
}

}  // namespace

struct TicketKeys::Key {
  const uint8_t* name;
  const uint8_t* cipher_key;
  const uint8_t* mac_key;
};

bool TicketKeys::set(ByteView keys) {
  if (keys.empty() || keys.size() % kKeySize != 0) return false;
  keys_ = Secret(keys);
  return true;
}

void TicketKeys::install(SSL_CTX* ctx) {
  if (count() == 0 || ssl_index() < 0 || SSL_CTX_set_ex_data(ctx, context_index(), this) != 1) return;
  // Deprecated in OpenSSL 3 for one that takes an EVP_MAC_CTX, and there all the same.
  SSL_CTX_set_tlsext_ticket_key_cb(ctx, on_ticket);
}

TicketKeys::Key TicketKeys::key(size_t index) const {
  const uint8_t* bytes = keys_.view().data() + index * kKeySize;
  return {bytes, bytes + kNameSize, bytes + kNameSize + kCipherKeySize};
}

int TicketKeys::on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, HMAC_CTX* mac,
                          int sealing) {
  const auto* keys = static_cast<const TicketKeys*>(SSL_get_ex_data(ssl, ssl_index()));
  if (keys == nullptr) return kNoKey;
  return sealing == 1 ? keys->seal(name, iv, cipher, mac) : keys->open(name, iv, cipher, mac);
}

int TicketKeys::seal(uint8_t* name, uint8_t* iv, EVP_CIPHER_CTX* cipher, HMAC_CTX* mac) const {
  const Key first = key(0);
  const EVP_CIPHER* algorithm = EVP_aes_256_cbc();
  if (RAND_bytes(iv, EVP_CIPHER_iv_length(algorithm)) != 1 ||
      EVP_EncryptInit_ex(cipher, algorithm, nullptr, first.cipher_key, iv) != 1 ||
      HMAC_Init_ex(mac, first.mac_key, kMacKeySize, EVP_sha256(), nullptr) != 1) {
    return kFailed;
  }
  std::memcpy(name, first.name, kNameSize);
  return kDone;
}

int TicketKeys::open(const uint8_t* name, const uint8_t* iv, EVP_CIPHER_CTX* cipher, HMAC_CTX* mac) const {
  for (size_t index = 0; index < count(); ++index) {
    const Key candidate = key(index);
    if (std::memcmp(name, candidate.name, kNameSize) != 0) continue;
    if (HMAC_Init_ex(mac, candidate.mac_key, kMacKeySize, EVP_sha256(), nullptr) != 1 ||
        EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, candidate.cipher_key, iv) != 1) {
      return kFailed;
    }
    return index == 0 ? kDone : kDoneRenew;
  }
  return kNoKey;
}

}  // namespace core
