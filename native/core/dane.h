#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "openssl.h"
#include "verify_name.h"

namespace core {

/// A TLSA record (RFC 6698 2.1), numbers as in the DNS.
struct TlsaRecord {
  uint8_t usage;  ///< 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE
  uint8_t selector;
  uint8_t matching_type;
  std::vector<uint8_t> data;
};

enum class DaneOutcome {
  kUsable,    ///< at least one record is in force
  kNone,      ///< no record was given; opportunistic: none is usable
  kUnusable,  ///< enforced: records were given, none is usable. The error queue may say why
};

/// Prepares `ctx` for apply_dane(), with full data, SHA-256 and SHA-512 (SSL_CTX_dane_enable).
bool enable_dane(SSL_CTX* ctx);

/// Puts TLSA records in force for one handshake, once per SSL, whose SSL_CTX went through enable_dane().
/// `name`, as for set_verify_name(), is checked with every usage, 3 included. The server name (SNI) is left alone.
/// Enforced: with kNone plain PKIX verification remains; with kUnusable the handshake must not be started.
/// `opportunistic`: usages 0 and 1 are skipped, and the peer is verified (SSL_VERIFY_PEER) exactly with kUsable.
DaneOutcome apply_dane(SSL* ssl, const std::string& name, std::span<const TlsaRecord> records, bool opportunistic);

}  // namespace core
