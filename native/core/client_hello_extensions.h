#pragma once

#include <string>

#include "bytes.h"
#include "openssl.h"

namespace core {

// What a ClientHello asks for, while libssl's client hello callback runs.

/// RFC 6066 section 3, in lower case; empty when there is none.
std::string requested_server_name(SSL* ssl);
/// RFC 5077: a ticket, not only the readiness to take one.
bool offers_ticket(SSL* ssl);
/// The first identity of RFC 8446 4.2.11 when it can be the session id that libssl gives instead of a ticket.
ByteView offered_stateful_ticket(SSL* ssl);
/// RFC 8446 4.2.1.
bool offers_tls13(SSL* ssl);

}  // namespace core
