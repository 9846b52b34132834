#pragma once

#include <memory>

#include "cipher_cache.h"
#include "connection_id.h"
#include "master_secret.h"
#include "record.h"
#include "record_filter.h"
#include "replay_window.h"

namespace core {

/// DTLS 1.2 record protection by AEAD (RFC 6347 4.1, RFC 5246 6.2.3.3) after a handshake of libssl. Knows neither
/// handshakes nor sockets: bytes in, bytes out. 300 bytes, where an SSL takes 36 KB and more.
///
/// A nonce is fixed IV, 16 bits that stay the same (the epoch, as a rule) and the sequence number. That only grows, and
/// nothing is sealed beyond its end, so no nonce comes twice. LibsslRecords says how the first one stays clear of what
/// libssl has sealed under the same keys.
class RecordLayer {
 public:
  static constexpr uint64_t kLastSequence = (uint64_t{1} << 48) - 1;
  static constexpr size_t kMaxPlaintext = SSL3_RT_MAX_PLAIN_LENGTH;

  /// All that there is to know: what a record layer can be made of again. Key material.
  struct State {
    const CipherSuite* suite = nullptr;  ///< of those with an Aead
    uint16_t epoch = 1;                  ///< both directions: without renegotiation there is no other
    DirectionKeys read;
    DirectionKeys write;
    uint64_t next_write_sequence = 0;
    uint16_t nonce_prefix = 1;  ///< GCM: the first two bytes of the explicit nonce; elsewhere they are the epoch
    ReplayWindow window;
    ConnectionId read_id;   ///< that the peer puts into its records (RFC 9146); empty: none
    ConnectionId write_id;  ///< that we put into ours
  };

  /// Derives the keys. False when OpenSSL refuses.
  static bool derive(State& state, const MasterSecret& master, Role role);

  /// Takes the keys over.
  RecordLayer(CipherCache& ciphers, State&& state);
  RecordLayer(const RecordLayer&) = delete;
  RecordLayer& operator=(const RecordLayer&) = delete;
  ~RecordLayer();

  const State& state() const { return state_; }

  enum class Opened : uint8_t { kOk, kMalformed, kOutOfEpoch, kReplayed, kUnauthenticated };
  /// Opens one record into `out`, which has room for `payload`. The plaintext lies somewhere in there.
  Opened open(const RecordHeader& header, ByteView payload, uint8_t* out, ByteView& plaintext);

  size_t sealed_size(size_t plaintext) const { return RecordHeader::kSize + state_.suite->aead.overhead() + plaintext; }
  /// False: no record can be sealed any more, a sequence number must never come twice.
  bool can_seal() const { return state_.next_write_sequence <= kLastSequence; }
  /// Seals one record into `out`, which has room for sealed_size(). False when can_seal() is, or memory has run out;
  /// `out` is then good for nothing.
  bool seal(uint8_t type, ByteView plaintext, uint8_t* out);
  /// The other way round, for what was sealed here: the plaintext of a record of ours.
  bool open_own(const RecordHeader& header, ByteView payload, uint8_t* out, ByteView& plaintext);

 private:
  bool decrypt(EVP_CIPHER_CTX* context, const RecordHeader& header, ByteView payload, uint8_t* out,
               ByteView& plaintext) const;
  bool fits(const RecordHeader& header, ByteView payload) const;

  CipherCache& ciphers_;
  const CipherCache::Owner owner_;
  State state_;
};

}  // namespace core
