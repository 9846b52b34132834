#pragma once

#include <vector>

#include "record.h"

namespace core {

/// Unfragmented ClientHello in its record (RFC 6347 4.2.1). All views borrow from the datagram.
struct ClientHello {
  RecordHeader record;
  uint16_t message_sequence;
  ByteView before_cookie;  ///< client_version, random, session_id
  ByteView version_and_random() const { return before_cookie.first(34); }
  ByteView random() const { return before_cookie.subspan(2, 32); }
  ByteView cookie;
  ByteView after_cookie;  ///< cipher_suites, compression_methods
  ByteView extensions;    ///< with their length in front; may be empty
};

/// True when `datagram` starts with an epoch-0 handshake record that holds a whole, well-formed ClientHello.
/// Never allocates, never reads past the view.
bool parse_client_hello(ByteView datagram, ClientHello& hello);

/// The same hello as message `sequence` and with an empty cookie, in a record of that sequence number.
std::vector<uint8_t> hello_without_cookie(const ClientHello& hello, uint16_t sequence);

/// Cheap look at the first bytes: could this be a ClientHello? Used for routing before anything is parsed.
bool looks_like_client_hello(ByteView datagram);

}  // namespace core
