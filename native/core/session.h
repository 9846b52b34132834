#pragma once

#include <cstdint>
#include <vector>

#include "bytes.h"
#include "openssl.h"

namespace core {

using SslSessionPtr = OpensslPtr<SSL_SESSION, SSL_SESSION_free>;

/// A session from its DER form, with or without zeroes after it. Null for anything else; the error queue is left empty.
SslSessionPtr parse_session(ByteView der);

/// A session as DER, empty on failure. It holds keys: whoever takes it wipes it.
std::vector<uint8_t> serialize_session(SSL_SESSION* session);

/// Whether a client can offer `session` and lose nothing but the resumption. False for one that the handshake could
/// fail with (its cipher suite is not among those that `ssl` will offer, broken keys), and for one that cannot be
/// resumed (another protocol or version, expired). Everything that decides on what `ssl` offers must have been set
/// before.
bool may_offer(SSL* ssl, const SSL_SESSION* session);

}  // namespace core
