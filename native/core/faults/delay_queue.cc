#include "delay_queue.h"

namespace core {

bool DelayQueue::push(Waiting datagram, Micros due) { return insert(std::move(datagram), due).has_value(); }

bool DelayQueue::hold(Waiting datagram, Micros due, uint32_t places) {
  const size_t direction = static_cast<size_t>(datagram.direction);
  const Address peer = datagram.peer;
  const auto key = insert(std::move(datagram), due);
  if (key) held_[direction][peer].push_back({*key, places});
  return key.has_value();
}

void DelayQueue::overtake(Direction direction, const Address& peer, std::vector<Waiting>& released) {
  auto& lanes = held_[static_cast<size_t>(direction)];
  const auto lane = lanes.find(peer);
  if (lane == lanes.end()) return;
  std::erase_if(lane->second, [&](Held& held) {
    if (--held.places > 0) return false;
    released.push_back(take(held.key));
    return true;
  });
  if (lane->second.empty()) lanes.erase(lane);
}

std::optional<Waiting> DelayQueue::take_due(Micros now) {
  if (next() > now || queue_.empty()) return std::nullopt;
  const Key key = queue_.begin()->first;
  Waiting datagram = take(key);
  release(datagram, key);
  return datagram;
}

std::optional<DelayQueue::Key> DelayQueue::insert(Waiting datagram, Micros due) {
  if (queue_.size() >= kMaxDatagrams || bytes_ + datagram.bytes.size() > kMaxBytes) return std::nullopt;
  const Key key(due, ++last_number_);
  bytes_ += datagram.bytes.size();
  queue_.emplace(key, std::move(datagram));
  return key;
}

Waiting DelayQueue::take(Key key) {
  Waiting datagram = std::move(queue_.extract(key).mapped());
  bytes_ -= datagram.bytes.size();
  return datagram;
}

/// It waits for nobody any more.
void DelayQueue::release(const Waiting& datagram, Key key) {
  auto& lanes = held_[static_cast<size_t>(datagram.direction)];
  const auto lane = lanes.find(datagram.peer);
  if (lane == lanes.end()) return;
  std::erase_if(lane->second, [&](const Held& held) { return held.key == key; });
  if (lane->second.empty()) lanes.erase(lane);
}

}  // namespace core
