#pragma once

#include <cstdint>

namespace core {

/// Outcome of a call on an engine. The numbers cross into JavaScript (`lib/errors/status.ts`).
enum class Status : int32_t {
  kOk = 0,
  kNoSuchPeer = 1,    ///< closed, or never existed
  kNotConnected = 2,  ///< the handshake is not finished
  kTooLarge = 3,      ///< above the inner MTU
  kPeerLimit = 4,     ///< the table is full
  kAddressInUse = 5,  ///< an association with that address exists
  kOutOfMemory = 6,
  kLibrary = 7,          ///< libssl refused
  kExhausted = 9,        ///< no sequence number is left: the association is about to end
  kBadCredentials = 10,  ///< the certificate or the key of this handshake cannot be used
  kUnsupported = 11,     ///< not with the records of libssl
  kDaneUnusable = 8,     ///< DANE is enforced, and libssl can use none of the TLSA records
};

/// Slot index and generation of an association, never 0; fits a JavaScript small integer.
using PeerId = int32_t;

}  // namespace core
