#pragma once

#include <vector>

#include "record.h"

namespace core {

/// ClientHello in its record, or what the first of its fragments tells of it (RFC 6347 4.2.1, 4.2.3). All views borrow
/// from the datagram.
struct ClientHello {
  RecordHeader record;
  uint16_t message_sequence;
  uint32_t length;         ///< of the whole message, without its header
  bool whole;              ///< false: more fragments follow
  ByteView before_cookie;  ///< client_version, random, session_id
  ByteView version_and_random() const { return before_cookie.first(34); }
  ByteView random() const { return before_cookie.subspan(2, 32); }
  ByteView cookie;
  ByteView cipher_suites;  ///< with their length in front
};

/// True when `datagram` starts with an epoch-0 handshake record that holds a whole, well-formed ClientHello, or the
/// first fragment of one, if its cipher suites end in there. Never allocates, never reads past the view.
bool parse_client_hello(ByteView datagram, ClientHello& hello);

/// The same hello as message `sequence` with an empty cookie and no extensions, in a record of that sequence number.
std::vector<uint8_t> hello_without_cookie(const ClientHello& hello, uint16_t sequence);

/// Cheap look at the first bytes: could this be a ClientHello or its first fragment? Used for routing before anything
/// is parsed.
bool looks_like_client_hello(ByteView datagram);

}  // namespace core
