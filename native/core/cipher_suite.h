#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace core {

/// What the parties of a suite prove themselves with; TLS 1.3 decides that elsewhere.
enum class SuiteKind : uint8_t { kPsk, kCertificate, kTls13 };

/// A cipher suite that a Context can be built with.
struct CipherSuite {
  uint16_t id;          ///< IANA number
  const char* name;     ///< IANA name
  const char* openssl;  ///< OpenSSL's name
  SuiteKind kind;
  /// Bytes after the header in the shortest record that the suite can produce: nonce and tag, or IV, MAC and padding.
  uint8_t shortest_record;
};

/// Every suite of the linked libssl but for those without authentication or encryption, by number.
std::span<const CipherSuite> cipher_suites();

/// Null when the number is not in cipher_suites().
const CipherSuite* find_cipher_suite(uint16_t id);

}  // namespace core
