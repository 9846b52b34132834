#include "record_layer.h"

#include <algorithm>
#include <utility>

namespace core {
namespace {

/// additional_data of RFC 5246 6.2.3.3, with the epoch in front of the sequence number as RFC 6347 4.1.2.1 says. The
/// length is what libssl passes: OpenSSL subtracts nonce and tag itself.
using AdditionalData = std::array<uint8_t, EVP_AEAD_TLS1_AAD_LEN>;

AdditionalData additional_data(uint8_t type, uint16_t epoch, uint64_t sequence, size_t length) {
  AdditionalData out;
  write_u16(&out[0], epoch);
  write_u24(&out[2], static_cast<uint32_t>(sequence >> 24));
  write_u24(&out[5], static_cast<uint32_t>(sequence & 0xffffff));
  out[8] = type;
  write_u16(&out[9], kDtls12);
  write_u16(&out[11], static_cast<uint16_t>(length));
  return out;
}

/// One record in place, by the calls that libssl makes for it.
bool crypt(EVP_CIPHER_CTX* context, AdditionalData& data, uint8_t* record, size_t size) {
  ErrorQueueGuard guard;
  if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_TLS1_AAD, static_cast<int>(data.size()), data.data()) <= 0) {
    return false;
  }
  return EVP_Cipher(context, record, record, static_cast<unsigned>(size)) >= 0;
}

}  // namespace

bool RecordLayer::derive(State& state, const MasterSecret& master, Role role) {
  const Aead& aead = state.suite->aead;
  std::array<uint8_t, 2 * (32 + 12)> block;
  const size_t size = 2 * (size_t{aead.key_size} + aead.fixed_iv_size);
  const bool derived = master.key_block(aead.prf_digest, std::span(block).first(size));
  if (derived) {
    DirectionKeys& client = role == Role::kClient ? state.write : state.read;
    DirectionKeys& server = role == Role::kClient ? state.read : state.write;
    const uint8_t* next = block.data();
    const auto take = [&next](uint8_t* out, size_t count) {
      std::copy_n(next, count, out);
      next += count;
    };
    take(client.key.data(), aead.key_size);
    take(server.key.data(), aead.key_size);
    take(client.fixed_iv.data(), aead.fixed_iv_size);
    take(server.fixed_iv.data(), aead.fixed_iv_size);
  }
  OPENSSL_cleanse(block.data(), block.size());
  return derived;
}

RecordLayer::RecordLayer(CipherCache& ciphers, State&& state)
    : ciphers_(ciphers), owner_(ciphers.add_owner()), state_(state) {
  OPENSSL_cleanse(&state.read, sizeof state.read);
  OPENSSL_cleanse(&state.write, sizeof state.write);
}

RecordLayer::~RecordLayer() {
  ciphers_.remove_owner(owner_);
  OPENSSL_cleanse(&state_.read, sizeof state_.read);
  OPENSSL_cleanse(&state_.write, sizeof state_.write);
}

bool RecordLayer::fits(const RecordHeader& header, ByteView payload) const {
  const size_t overhead = state_.suite->aead.overhead();
  return header.version == kDtls12 && payload.size() >= overhead && payload.size() <= overhead + kMaxPlaintext;
}

RecordLayer::Opened RecordLayer::open(const RecordHeader& header, ByteView payload, uint8_t* out, ByteView& plaintext) {
  if (header.epoch != state_.epoch) return Opened::kOutOfEpoch;
  if (!fits(header, payload)) return Opened::kMalformed;
  if (!state_.window.is_fresh(header.sequence)) return Opened::kReplayed;
  EVP_CIPHER_CTX* context = ciphers_.find(owner_, CipherCache::Direction::kRead, state_.suite->aead, state_.read);
  if (context == nullptr || !decrypt(context, header, payload, out, plaintext)) return Opened::kUnauthenticated;
  state_.window.mark(header.sequence);
  return Opened::kOk;
}

bool RecordLayer::decrypt(EVP_CIPHER_CTX* context, const RecordHeader& header, ByteView payload, uint8_t* out,
                          ByteView& plaintext) const {
  const Aead& aead = state_.suite->aead;
  std::copy(payload.begin(), payload.end(), out);
  AdditionalData data = additional_data(header.type, header.epoch, header.sequence, payload.size());
  if (!crypt(context, data, out, payload.size())) return false;
  plaintext = {out + aead.explicit_nonce_size, payload.size() - aead.overhead()};
  return true;
}

bool RecordLayer::seal(uint8_t type, ByteView plaintext, uint8_t* out) {
  if (!can_seal()) return false;
  const Aead& aead = state_.suite->aead;
  const uint64_t sequence = state_.next_write_sequence++;
  const size_t size = aead.overhead() + plaintext.size();
  write_record_header(out, type, state_.epoch, sequence, size);

  EVP_CIPHER_CTX* context = ciphers_.find(owner_, CipherCache::Direction::kWrite, aead, state_.write);
  if (context == nullptr) return false;
  if (aead.mode == Aead::Mode::kGcm) {
    // Left to itself, OpenSSL counts from a random number.
    std::array<uint8_t, 12> nonce = state_.write.fixed_iv;
    write_u16(&nonce[4], state_.nonce_prefix);
    std::copy_n(out + 5, 6, &nonce[6]);  // the sequence number, as it stands in the header
    if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_IV_FIXED, -1, nonce.data()) != 1) return false;
  }
  uint8_t* record = out + RecordHeader::kSize;
  std::copy(plaintext.begin(), plaintext.end(), record + aead.explicit_nonce_size);
  AdditionalData data = additional_data(type, state_.epoch, sequence, aead.explicit_nonce_size + plaintext.size());
  return crypt(context, data, record, size);
}

bool RecordLayer::open_own(const RecordHeader& header, ByteView payload, uint8_t* out, ByteView& plaintext) {
  if (header.epoch != state_.epoch || !fits(header, payload)) return false;
  // Rare: a context that is not for the cache, which has those that seal with this key.
  const CipherCache::Owner once = ciphers_.add_owner();
  EVP_CIPHER_CTX* context = ciphers_.find(once, CipherCache::Direction::kRead, state_.suite->aead, state_.write);
  const bool opened = context != nullptr && decrypt(context, header, payload, out, plaintext);
  ciphers_.remove_owner(once);
  return opened;
}

}  // namespace core
