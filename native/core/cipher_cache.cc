#include "cipher_cache.h"

namespace core {
namespace {

constexpr int kNonceSize = 12;

/// The same calls in the same order as libssl makes them. A context that has had a key of the same cipher keeps its
/// memory.
bool set_key(EVP_CIPHER_CTX* context, const EVP_CIPHER* cipher, int encrypt, const Aead& aead,
             const DirectionKeys& keys) {
  auto* iv = const_cast<uint8_t*>(keys.fixed_iv.data());
  const uint8_t* key = keys.key.data();
  switch (aead.mode) {
    case Aead::Mode::kGcm:
      // Who seals gives a whole nonce for each record.
      return EVP_CipherInit_ex(context, cipher, nullptr, key, nullptr, encrypt) == 1 &&
             (encrypt || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_IV_FIXED, aead.fixed_iv_size, iv) == 1);
    case Aead::Mode::kCcm:
      if (cipher != nullptr) {
        if (EVP_CipherInit_ex(context, cipher, nullptr, nullptr, nullptr, encrypt) != 1 ||
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, kNonceSize, nullptr) != 1 ||
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, aead.tag_size, nullptr) != 1) {
          return false;
        }
      }
      return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_CCM_SET_IV_FIXED, aead.fixed_iv_size, iv) == 1 &&
             EVP_CipherInit_ex(context, nullptr, nullptr, key, nullptr, -1) == 1;
    case Aead::Mode::kChaCha20:
      return EVP_CipherInit_ex(context, cipher, nullptr, key, iv, encrypt) == 1;
    case Aead::Mode::kNone:
      break;
  }
  return false;
}

}  // namespace

void CipherCache::remove_owner(Owner owner) {
  if (places_.empty()) return;
  for (const Direction direction : {Direction::kRead, Direction::kWrite}) {
    Place& place = place_of(owner, direction);
    if (place.owner != owner) continue;
    place.owner = 0;
    wipe(place, direction);
  }
}

/// By another key in the same memory, which the next owner will want.
void CipherCache::wipe(Place& place, Direction direction) {
  const Aead aead = place.aead;
  if (set_up(place, direction, aead, DirectionKeys{})) return;
  EVP_CIPHER_CTX_reset(place.context.get());
  place.aead = {};
}

EVP_CIPHER_CTX* CipherCache::find(Owner owner, Direction direction, const Aead& aead, const DirectionKeys& keys) {
  if (places_.empty()) places_.resize(2 * kPlaces);
  Place& place = place_of(owner, direction);
  if (place.owner == owner) return place.context.get();
  place.owner = 0;
  if (!set_up(place, direction, aead, keys)) return nullptr;
  place.owner = owner;
  return place.context.get();
}

bool CipherCache::set_up(Place& place, Direction direction, const Aead& aead, const DirectionKeys& keys) {
  ErrorQueueGuard guard;
  if (!place.context) place.context.reset(EVP_CIPHER_CTX_new());
  if (!place.context) return false;
  const bool same_cipher = place.aead.cipher == aead.cipher && place.aead.tag_size == aead.tag_size;
  if (!same_cipher) EVP_CIPHER_CTX_reset(place.context.get());
  place.aead = {};
  const EVP_CIPHER* cipher = same_cipher ? nullptr : aead.cipher;
  if (!set_key(place.context.get(), cipher, direction == Direction::kWrite ? 1 : 0, aead, keys)) return false;
  place.aead = aead;
  return true;
}

}  // namespace core
