#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "../faults/fault_layer.h"
#include "../faults/record_scan.h"
#include "test.h"

/// A fault layer with its counters, and what has come out of it as text.
struct FaultWorld {
  static constexpr int32_t kEndpoint = 3;

  explicit FaultWorld(core::FaultRules rules, core::Micros now = 0) { set(std::move(rules), now); }

  void set(core::FaultRules rules, core::Micros now) {
    per_rule.assign(rules.send.size() + rules.receive.size() + 1, {});
    // The memory is this object's own: nothing to free.
    layer.set(std::move(rules), {{directions, [](auto*) {}}, {per_rule.data(), [](auto*) {}}}, now);
  }

  core::FaultLayer::Verdict send(std::string_view text, core::Micros now = 0, uint16_t peer = 1) {
    return pass(core::Direction::kSend, core::bytes_of(text), now, peer);
  }

  core::FaultLayer::Verdict pass(core::Direction direction, core::ByteView bytes, core::Micros now = 0,
                                 uint16_t peer = 1) {
    core::Address address;
    address.family = 4;
    address.port = peer;
    return layer.pass(direction, kEndpoint, address, bytes, now, out);
  }

  /// Everything that is due, after what has come out before.
  void wait_until(core::Micros now) {
    while (const auto datagram = layer.take_due(now)) {
      for (uint32_t i = 0; i <= datagram->copies; ++i) out.append(kEndpoint, datagram->peer, datagram->bytes);
    }
  }

  /// What has come out since the last call, with a space after each.
  std::string taken() {
    std::string result;
    for (size_t i = 0; i < out.size(); ++i) {
      const core::ByteView bytes = out.bytes(out[i]);
      result.append(bytes.begin(), bytes.end());
      result += ' ';
    }
    out.clear();
    return result;
  }

  const core::FaultCounters& sent() const { return directions[0]; }
  const core::FaultCounters& received() const { return directions[1]; }

  core::FaultLayer layer;
  core::FaultCounters directions[core::kDirections] = {};
  std::vector<core::RuleCounters> per_rule;
  core::Outbox out;
};

inline core::FaultRule fault(core::Fault fault) {
  core::FaultRule rule;
  rule.fault = fault;
  return rule;
}

/// Of 0..1.
inline uint64_t chance(double probability) { return static_cast<uint64_t>(probability * 4294967296.0); }

/// A DTLS 1.2 record.
inline std::vector<uint8_t> record_of(uint8_t type, uint16_t epoch, std::vector<uint8_t> payload) {
  std::vector<uint8_t> record(core::RecordHeader::kSize);
  core::write_record_header(record.data(), type, epoch, 0, payload.size());
  record.insert(record.end(), payload.begin(), payload.end());
  return record;
}

/// A plain record with a fragment of a handshake message of `total` bytes.
inline std::vector<uint8_t> handshake_of(uint8_t message, uint32_t total, uint32_t offset, uint32_t length) {
  std::vector<uint8_t> payload(12 + length, 0xaa);
  payload[0] = message;
  core::write_u24(payload.data() + 1, total);
  core::write_u16(payload.data() + 4, 0);
  core::write_u24(payload.data() + 6, offset);
  core::write_u24(payload.data() + 9, length);
  return record_of(core::content_type::kHandshake, 0, payload);
}
