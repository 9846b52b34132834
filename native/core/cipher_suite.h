#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "openssl.h"

namespace core {

/// What the parties of a suite prove themselves with; TLS 1.3 decides that elsewhere.
enum class SuiteKind : uint8_t { kPsk, kCertificate, kTls13 };

/// How a suite of TLS 1.2 protects records, if by AEAD (RFC 5288, 6655, 7905).
struct Aead {
  enum class Mode : uint8_t { kNone, kCcm, kGcm, kChaCha20 };
  Mode mode = Mode::kNone;
  uint8_t key_size = 0;
  uint8_t fixed_iv_size = 0;        ///< of the nonce, from the key block
  uint8_t explicit_nonce_size = 0;  ///< the rest of it, in front of each record
  uint8_t tag_size = 0;
  const EVP_CIPHER* cipher = nullptr;
  const EVP_MD* prf_digest = nullptr;

  size_t overhead() const { return size_t{explicit_nonce_size} + tag_size; }
};

/// A cipher suite that a Context can be built with.
struct CipherSuite {
  uint16_t id;          ///< IANA number
  const char* name;     ///< IANA name
  const char* openssl;  ///< OpenSSL's name
  SuiteKind kind;
  /// Bytes after the header in the shortest record that the suite can produce: nonce and tag, or IV, MAC and padding.
  uint8_t shortest_record;
  Aead aead;
};

/// Every suite of the linked libssl but for those without authentication or encryption, by number.
std::span<const CipherSuite> cipher_suites();

/// Null when the number is not in cipher_suites().
const CipherSuite* find_cipher_suite(uint16_t id);

}  // namespace core
