#pragma once

#include <span>
#include <string_view>

#include "bytes.h"
#include "openssl.h"

namespace core {

/// The pseudorandom function of TLS 1.2 (RFC 5246 section 5), computed by OpenSSL (EVP_PKEY_TLS1_PRF). The seed comes
/// in parts. False when OpenSSL refuses: no memory, or a seed above a kilobyte.
bool tls12_prf(const EVP_MD* digest, ByteView secret, std::string_view label, std::initializer_list<ByteView> seed,
               std::span<uint8_t> out);

}  // namespace core
