#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "clock.h"

namespace core {

/// Hook of one deadline, embedded in the object that has it. Must be cancelled before that object goes away.
struct Deadline {
  static constexpr uint32_t kUnqueued = UINT32_MAX;
  Micros at = kNever;
  uint32_t position = kUnqueued;
  int32_t owner = 0;  ///< whatever tells the caller whose deadline this is
};

/// All deadlines of an engine behind one next(): a binary heap that knows where each entry sits, so that moving and
/// cancelling cost O(log n) and nothing is allocated per deadline.
class DeadlineQueue {
 public:
  DeadlineQueue() = default;
  DeadlineQueue(const DeadlineQueue&) = delete;
  DeadlineQueue& operator=(const DeadlineQueue&) = delete;

  /// Sets or moves; kNever cancels.
  void set(Deadline& deadline, Micros at);
  void cancel(Deadline& deadline) { set(deadline, kNever); }

  Micros next() const { return heap_.empty() ? kNever : heap_.front()->at; }
  /// The earliest deadline at or before `now`, taken out of the queue; null when there is none.
  Deadline* take_expired(Micros now);

  size_t size() const { return heap_.size(); }

 private:
  void remove(uint32_t position);
  void sift(uint32_t position);
  bool sift_up(uint32_t position);
  void sift_down(uint32_t position);
  void place(Deadline* deadline, uint32_t position);

  std::vector<Deadline*> heap_;
};

}  // namespace core
