#pragma once

#include <cstdint>

namespace core {

/// What a server's handshake waits to hear from the application, in this order; each is asked once.
enum class Question : uint8_t {
  kNone,
  kHello,    ///< whether the client may go on, and with whose credentials
  kSession,  ///< the session that it wants to resume
  kPsk,      ///< the key of its identity
};

/// The answer to kHello. The numbers cross into JavaScript (`lib/binding.ts`).
enum class HelloVerdict : uint8_t { kDenied = 0, kAdmitted = 1, kFailed = 2 };

}  // namespace core
