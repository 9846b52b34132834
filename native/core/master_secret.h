#pragma once

#include <array>
#include <span>
#include <string_view>

#include "bytes.h"
#include "openssl.h"

namespace core {

/// What a TLS 1.2 handshake has agreed on, and all keys of the connection follow from. Wiped when it goes.
class MasterSecret {
 public:
  static constexpr size_t kSize = 48;
  static constexpr size_t kRandomSize = SSL3_RANDOM_SIZE;

  MasterSecret() = default;
  MasterSecret(const MasterSecret&) = delete;
  MasterSecret& operator=(const MasterSecret&) = delete;
  ~MasterSecret() { OPENSSL_cleanse(secret_.data(), secret_.size()); }

  /// Of a handshake that is complete. False when libssl has none of TLS 1.2.
  bool read(const SSL* ssl);
  ByteView client_random() const { return client_random_; }

  /// RFC 5246 6.3.
  bool key_block(const EVP_MD* digest, std::span<uint8_t> out) const;
  /// RFC 5705. Without a context is not the same as with an empty one. False for the labels of the handshake itself.
  bool export_keying_material(const EVP_MD* digest, std::string_view label, const ByteView* context,
                              std::span<uint8_t> out) const;

 private:
  std::array<uint8_t, kSize> secret_{};
  std::array<uint8_t, kRandomSize> client_random_{};
  std::array<uint8_t, kRandomSize> server_random_{};
  bool valid_ = false;
};

}  // namespace core
