#pragma once

#include <string>
#include <vector>

#include "clock.h"
#include "dane.h"
#include "secret.h"

namespace core {

/// What one client handshake needs besides its Context. Normalised and already valid.
struct ClientParameters {
  std::string psk_identity;  ///< empty: no PSK
  Secret psk_key;
  std::string server_name;  ///< SNI; empty: none is sent
  std::string verify_name;  ///< DNS name or IP literal that the certificate must be for; empty: not checked
  std::vector<TlsaRecord> tlsa;
  /// Own chain as use_certificates() takes it, for this handshake alone; empty: the Context's.
  std::vector<std::vector<uint8_t>> certificates;
  Secret private_key;            ///< that of `certificates`
  std::vector<uint8_t> session;  ///< DER of an SSL_SESSION to offer; empty: none
  int mtu = 0;                   ///< 0, here and below: the Context's
  Micros min_timeout = 0;
  Micros max_timeout = 0;
};

}  // namespace core
