#pragma once

#include <cstdint>
#include <string>

#include "openssl.h"

namespace core {

/// Why an association ended. The numbers cross into JavaScript (`lib/events/layout.ts`).
enum class Cause : int32_t {
  kLocalClose = 0,     ///< close() was called
  kCloseNotify = 1,    ///< the peer said goodbye
  kTimeout = 2,        ///< the retransmission schedule ran out
  kTransport = 3,      ///< `code` is an errno that the transport reported
  kAlertReceived = 4,  ///< `code` is (level << 8) | description
  kLibrary = 5,        ///< libssl refused something; `code` is ERR_GET_REASON, `reason` its text
  kBadFinished = 6,    ///< the first protected record could not be read: wrong PSK key
  kVerify = 7,         ///< the peer's certificate was refused; `code` is the X509 verify error, `reason` its text
  kReplaced = 8,       ///< the peer has started again from the same address (RFC 6347 4.2.8)
  kIdle = 9,           ///< nothing has come for the idle timeout
  kEvicted = 10,       ///< idle, and its place was needed
  kExhausted = 11,     ///< the sequence numbers have come to their end
  kRejected = 12,      ///< the application did not want the client; `code` is a Rejection
};

enum class Rejection : int32_t {
  kDenied = 0,    ///< not admitted
  kNoAnswer = 1,  ///< a question failed, or was not answered in time
  kNoRoom = 2,    ///< there was room when the handshake began
};

struct Failure {
  Cause cause = Cause::kLocalClose;
  int32_t code = 0;
  std::string reason;  ///< OpenSSL's words, empty unless kLibrary or kVerify
};

/// Translates and empties the calling thread's error queue. The oldest entry wins: it is the cause, the rest are
/// echoes.
Failure take_library_failure();

}  // namespace core
