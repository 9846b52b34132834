#pragma once

#include <vector>

#include "../record.h"

/// A handshake message in one record, in two records instead: its first `cut` bytes and the others.
struct HelloFragments {
  HelloFragments(const std::vector<uint8_t>& whole, size_t cut)
      : first(make(whole, 0, cut)), second(make(whole, cut, body_size(whole) - cut)) {
    second[10] = kSecondRecord;
  }

  static size_t body_size(const std::vector<uint8_t>& whole) { return whole.size() - kHeaders; }

  static std::vector<uint8_t> make(const std::vector<uint8_t>& whole, size_t offset, size_t length) {
    std::vector<uint8_t> fragment(whole.begin(), whole.begin() + kHeaders);
    core::write_u16(&fragment[11], static_cast<uint16_t>(12 + length));
    core::write_u24(&fragment[19], static_cast<uint32_t>(offset));
    core::write_u24(&fragment[22], static_cast<uint32_t>(length));
    const auto from = whole.begin() + static_cast<long>(kHeaders + offset);
    fragment.insert(fragment.end(), from, from + static_cast<long>(length));
    return fragment;
  }

  /// Record sequence number: none that the client itself will come to.
  static constexpr uint8_t kSecondRecord = 46;
  static constexpr size_t kHeaders = core::RecordHeader::kSize + 12;
  std::vector<uint8_t> first;
  std::vector<uint8_t> second;
};
