#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace core {

/// A cipher suite that a Context can be built with.
struct CipherSuite {
  uint16_t id;          ///< IANA number
  const char* name;     ///< IANA name
  const char* openssl;  ///< OpenSSL's name
  /// Bytes after the header in the shortest record that the suite can produce: nonce and tag, or IV, MAC and padding.
  uint8_t shortest_record;
};

/// Every PSK suite of OpenSSL 1.1.1 that LwM2M allows or its peers offer; DHE-PSK and RSA-PSK are left out on purpose.
std::span<const CipherSuite> psk_cipher_suites();

/// Null when the number is not in psk_cipher_suites().
const CipherSuite* find_cipher_suite(uint16_t id);

}  // namespace core
