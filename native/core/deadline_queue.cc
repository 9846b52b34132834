#include "deadline_queue.h"

namespace core {

void DeadlineQueue::set(Deadline& deadline, Micros at) {
  if (at == deadline.at && (at == kNever || deadline.position != Deadline::kUnqueued)) return;
  deadline.at = at;
  if (deadline.position == Deadline::kUnqueued) {
    if (at == kNever) return;
    heap_.push_back(nullptr);
    place(&deadline, static_cast<uint32_t>(heap_.size() - 1));
    sift_up(deadline.position);
    return;
  }
  if (at == kNever) {
    remove(deadline.position);
    return;
  }
  sift(deadline.position);
}

Deadline* DeadlineQueue::take_expired(Micros now) {
  if (next() > now || heap_.empty()) return nullptr;
  Deadline* first = heap_.front();
  remove(0);
  first->at = kNever;
  return first;
}

void DeadlineQueue::remove(uint32_t position) {
  heap_[position]->position = Deadline::kUnqueued;
  Deadline* last = heap_.back();
  heap_.pop_back();
  if (position == heap_.size()) return;
  place(last, position);
  sift(position);
}

void DeadlineQueue::sift(uint32_t position) {
  if (!sift_up(position)) sift_down(position);
}

bool DeadlineQueue::sift_up(uint32_t position) {
  Deadline* moving = heap_[position];
  const uint32_t start = position;
  while (position > 0) {
    const uint32_t parent = (position - 1) / 2;
    if (heap_[parent]->at <= moving->at) break;
    place(heap_[parent], position);
    position = parent;
  }
  place(moving, position);
  return position != start;
}

void DeadlineQueue::sift_down(uint32_t position) {
  Deadline* moving = heap_[position];
  const auto count = static_cast<uint32_t>(heap_.size());
  for (;;) {
    uint32_t child = 2 * position + 1;
    if (child >= count) break;
    if (child + 1 < count && heap_[child + 1]->at < heap_[child]->at) ++child;
    if (heap_[child]->at >= moving->at) break;
    place(heap_[child], position);
    position = child;
  }
  place(moving, position);
}

void DeadlineQueue::place(Deadline* deadline, uint32_t position) {
  heap_[position] = deadline;
  deadline->position = position;
}

}  // namespace core
