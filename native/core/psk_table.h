#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "secret.h"

namespace core {

/// PSK identities and keys of a server; may change while the server runs. Limits are libssl's callback limits.
class PskTable {
 public:
  static constexpr size_t kMaxIdentity = 127;
  static constexpr size_t kMaxKey = 256;

  /// Adds or replaces. False: identity empty, above kMaxIdentity or with a NUL, or key empty or above kMaxKey.
  bool set(std::string_view identity, ByteView key);
  bool remove(std::string_view identity);
  /// Null when unknown. Valid until the next change.
  const Secret* find(std::string_view identity) const;
  size_t size() const { return keys_.size(); }
  void clear() { keys_.clear(); }

  static bool valid_identity(std::string_view identity);
  static bool valid_key(ByteView key) { return !key.empty() && key.size() <= kMaxKey; }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, Secret, Hash, std::equal_to<>> keys_;
};

}  // namespace core
