#pragma once

#include <cstddef>
#include <cstdint>

namespace core {

/// Why certificates, keys or revocation lists could not be loaded.
enum class LoadError : uint8_t {
  kNone,
  kUnparsable,
  kTrailing,        ///< bytes after a DER object
  kTooBig,          ///< more than INT_MAX bytes
  kMismatch,        ///< the key is not the certificate's
  kUnreadablePath,  ///< not the name of a directory
  kLibrary,         ///< OpenSSL refused it: too weak for the security level, out of memory
};

/// Outcome of a loader. On failure OpenSSL's error queue holds the reason, where there is one; on success it is empty.
struct LoadResult {
  LoadError error = LoadError::kNone;
  size_t index = 0;  ///< the element at fault
  explicit operator bool() const { return error == LoadError::kNone; }
};

}  // namespace core
