#pragma once

#include "link.h"

/// What a test needs to do that no engine does: records of its own choice, and counters near their end.

/// The record layer of an established association; null while libssl has its records.
inline core::RecordLayer* record_layer_of(Side& side, core::PeerId peer) {
  // The engine owns it as something that changes: only its public view is const.
  auto* association = const_cast<core::Association*>(side.engine.find(peer));
  return association == nullptr ? nullptr : association->records();
}

inline core::RecordLayer::State& state_of(core::RecordLayer& layer) {
  return const_cast<core::RecordLayer::State&>(layer.state());
}

/// A record as `layer` seals it.
inline std::vector<uint8_t> seal(core::RecordLayer& layer, uint8_t type, core::ByteView content) {
  std::vector<uint8_t> record(layer.sealed_size(content.size()));
  if (!layer.seal(type, content, record.data())) record.clear();
  return record;
}

/// The first record of a datagram, given to `layer`.
inline core::RecordLayer::Opened open(core::RecordLayer& layer, core::ByteView datagram, std::vector<uint8_t>& out) {
  core::RecordHeader header;
  core::ByteView payload;
  out.clear();
  if (!core::next_record(datagram, header, payload)) return core::RecordLayer::Opened::kMalformed;
  std::vector<uint8_t> room(payload.size());
  core::ByteView plaintext;
  const core::RecordLayer::Opened opened = layer.open(header, payload, room.data(), plaintext);
  if (opened == core::RecordLayer::Opened::kOk) out.assign(plaintext.begin(), plaintext.end());
  return opened;
}

/// Every suite that RecordLayer protects.
inline std::vector<const core::CipherSuite*> aead_suites() {
  std::vector<const core::CipherSuite*> found;
  for (const core::CipherSuite& suite : core::cipher_suites()) {
    if (suite.aead.mode != core::Aead::Mode::kNone) found.push_back(&suite);
  }
  return found;
}

inline core::DirectionKeys random_keys() {
  core::DirectionKeys keys;
  RAND_bytes(keys.key.data(), static_cast<int>(keys.key.size()));
  RAND_bytes(keys.fixed_iv.data(), static_cast<int>(keys.fixed_iv.size()));
  return keys;
}

/// Both ends of an association that had no handshake.
struct LayerPair {
  LayerPair(core::CipherCache& ciphers, const core::CipherSuite& suite, uint64_t first_sequence = 0)
      : LayerPair(ciphers, suite, first_sequence, random_keys(), random_keys()) {}

  core::RecordLayer left;
  core::RecordLayer right;

 private:
  LayerPair(core::CipherCache& ciphers, const core::CipherSuite& suite, uint64_t first, const core::DirectionKeys& one,
            const core::DirectionKeys& other)
      : left(ciphers, state(suite, first, one, other)), right(ciphers, state(suite, first, other, one)) {}
  static core::RecordLayer::State state(const core::CipherSuite& suite, uint64_t first, const core::DirectionKeys& read,
                                        const core::DirectionKeys& write) {
    core::RecordLayer::State state;
    state.suite = &suite;
    state.read = read;
    state.write = write;
    state.next_write_sequence = first;
    return state;
  }
};
