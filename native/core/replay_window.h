#pragma once

#include <cstdint>

namespace core {

/// Which of the newest sequence numbers have been received (RFC 6347 4.1.2.6, RFC 4303 3.4.3). Two steps, so that only
/// an authenticated record moves it: is_fresh() before the tag is checked, mark() afterwards.
class ReplayWindow {
 public:
  static constexpr uint64_t kSize = 64;

  bool is_fresh(uint64_t sequence) const {
    if (sequence >= next_) return true;
    const uint64_t age = next_ - 1 - sequence;
    return age < kSize && (seen_ >> age & 1) == 0;
  }

  /// `sequence` must be fresh.
  void mark(uint64_t sequence) {
    if (sequence < next_) {
      seen_ |= uint64_t{1} << (next_ - 1 - sequence);
      return;
    }
    const uint64_t advance = sequence - next_ + 1;
    seen_ = (advance < kSize ? seen_ << advance : 0) | 1;
    next_ = sequence + 1;
  }

  bool operator==(const ReplayWindow&) const = default;

 private:
  uint64_t next_ = 0;  ///< one above the newest
  uint64_t seen_ = 0;  ///< bit n: next_ - 1 - n
};

}  // namespace core
