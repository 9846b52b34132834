#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cipher_suite.h"
#include "openssl.h"

namespace core {

/// The keys of one direction of a connection.
struct DirectionKeys {
  std::array<uint8_t, 32> key{};
  std::array<uint8_t, 12> fixed_iv{};
};

/// Cipher contexts for the peers that speak now. A context with its key schedule takes a kilobyte, an idle peer has use
/// for none: the raw keys are enough to make it again. Direct-mapped by the owner's number; who comes later to a place
/// takes it. Shared by all engines of a loop; used from one thread.
class CipherCache {
 public:
  enum class Direction : uint8_t { kRead, kWrite };
  /// Of an owner of keys; never given twice, so that a context can never serve another owner.
  using Owner = uint64_t;

  CipherCache() = default;
  CipherCache(const CipherCache&) = delete;
  CipherCache& operator=(const CipherCache&) = delete;

  Owner add_owner() { return ++last_owner_; }
  /// Wipes what was made for it.
  void remove_owner(Owner owner);

  /// The context of `owner` for one direction, ready for a record; made from `keys` if it is not there. Null when
  /// memory runs out. Valid until the next call.
  EVP_CIPHER_CTX* find(Owner owner, Direction direction, const Aead& aead, const DirectionKeys& keys);

 private:
  static constexpr size_t kPlaces = 512;
  struct Place {
    Owner owner = 0;
    Aead aead;  ///< that `context` was last set up for, if it has a cipher
    EvpCipherCtxPtr context;
  };

  Place& place_of(Owner owner, Direction direction) {
    return places_[(owner % kPlaces) * 2 + static_cast<size_t>(direction)];
  }
  static void wipe(Place& place, Direction direction);
  static bool set_up(Place& place, Direction direction, const Aead& aead, const DirectionKeys& keys);

  std::vector<Place> places_;  ///< empty until the first use
  Owner last_owner_ = 0;
};

}  // namespace core
