#include "peer_table.h"

#include <algorithm>
#include <array>

#include "openssl.h"

namespace core {
namespace {

constexpr size_t kCacheLine = 64;
constexpr uint32_t kIndexMask = (1u << PeerTable::kIndexBits) - 1;
constexpr uint32_t kGenerationMask = 0x7ff;  // 20 + 11 bits: ids stay positive in 32 bits

}  // namespace

PeerTable::PeerTable() { RAND_bytes(reinterpret_cast<unsigned char*>(&seed_), sizeof seed_); }

Association* PeerTable::insert(std::unique_ptr<Association> association) {
  Association* inserted = insert_behind(std::move(association));
  if (inserted != nullptr) put_in_front(*inserted);
  return inserted;
}

Association* PeerTable::insert_behind(std::unique_ptr<Association> association) {
  uint32_t at;
  if (!free_slots_.empty()) {
    at = free_slots_.back();
    free_slots_.pop_back();
  } else {
    if (slots_.size() == kMaxPeers) return nullptr;
    at = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
  }
  ++size_;
  Slot& slot = slots_[at];
  association->id = static_cast<PeerId>(slot.generation << kIndexBits | at);
  slot.association = std::move(association);
  return slot.association.get();
}

void PeerTable::put_in_front(const Association& association) {
  if (size_ * 4 > entries_.size() * 3) grow_index();
  index(hash_of(association.peer()), static_cast<uint32_t>(association.id) & kIndexMask);
}

void PeerTable::readdress(Association& association, const Address& address) {
  const uint32_t at = static_cast<uint32_t>(association.id) & kIndexMask;
  unindex(hash_of(association.peer()), at);
  association.readdress(address);
  index(hash_of(address), at);
}

void PeerTable::erase(PeerId id) {
  Association* association = find(id);
  if (association == nullptr) return;
  const uint32_t at = static_cast<uint32_t>(id) & kIndexMask;
  unindex(hash_of(association->peer()), at);
  Slot& slot = slots_[at];
  slot.association.reset();
  slot.generation = slot.generation == kGenerationMask ? 1 : slot.generation + 1;
  free_slots_.push_back(at);
  --size_;
}

Association* PeerTable::find(PeerId id) const {
  const uint32_t at = static_cast<uint32_t>(id) & kIndexMask;
  if (id <= 0 || at >= slots_.size()) return nullptr;
  const Slot& slot = slots_[at];
  return slot.generation == static_cast<uint32_t>(id) >> kIndexBits ? slot.association.get() : nullptr;
}

Association* PeerTable::find(const Address& address) const {
  if (entries_.empty()) return nullptr;
  const uint32_t hash = hash_of(address);
  const size_t mask = entries_.size() - 1;
  for (size_t i = hash & mask; entries_[i].slot != 0; i = (i + 1) & mask) {
    if (entries_[i].hash != hash) continue;
    Association* candidate = slots_[entries_[i].slot - 1].association.get();
    if (candidate->peer() == address) return candidate;
  }
  return nullptr;
}

void PeerTable::expect(std::span<const Address* const> addresses) const {
  constexpr size_t kTooFewToMatter = 2048;  // these are in the cache by themselves
  constexpr size_t kMost = 64;
  if (size_ < kTooFewToMatter) return;
  const size_t mask = entries_.size() - 1;
  const size_t count = std::min(addresses.size(), kMost);
  std::array<const Entry*, kMost> entries;
  for (size_t i = 0; i < count; ++i) {
    entries[i] = &entries_[hash_of(*addresses[i]) & mask];
    __builtin_prefetch(entries[i]);
  }
  std::array<const Slot*, kMost> slots;
  for (size_t i = 0; i < count; ++i) {
    slots[i] = entries[i]->slot == 0 ? nullptr : &slots_[entries[i]->slot - 1];
    __builtin_prefetch(slots[i]);
  }
  for (size_t i = 0; i < count; ++i) {
    if (slots[i] == nullptr) continue;
    const auto* bytes = reinterpret_cast<const char*>(slots[i]->association.get());
    for (size_t at = 0; at < sizeof(Association); at += kCacheLine) __builtin_prefetch(bytes + at, 1);
  }
}

Association* PeerTable::sample(uint64_t random) const {
  constexpr size_t kNear = 16;
  for (size_t i = 0; i < kNear && i < slots_.size(); ++i) {
    Association* found = slots_[(random + i) % slots_.size()].association.get();
    if (found != nullptr) return found;
  }
  return nullptr;
}

void PeerTable::index(uint32_t hash, uint32_t slot) {
  const size_t mask = entries_.size() - 1;
  size_t i = hash & mask;
  while (entries_[i].slot != 0) i = (i + 1) & mask;
  entries_[i] = {hash, slot + 1};
}

/// Nothing, for one that is not in front.
void PeerTable::unindex(uint32_t hash, uint32_t slot) {
  if (entries_.empty()) return;
  const size_t mask = entries_.size() - 1;
  size_t hole = hash & mask;
  while (entries_[hole].slot != slot + 1) {
    if (entries_[hole].slot == 0) return;
    hole = (hole + 1) & mask;
  }
  // Close the gap: move back every later entry of the run that may sit here without breaking its own probe path.
  for (size_t i = (hole + 1) & mask; entries_[i].slot != 0; i = (i + 1) & mask) {
    const size_t home = entries_[i].hash & mask;
    if (((i - home) & mask) < ((i - hole) & mask)) continue;
    entries_[hole] = entries_[i];
    hole = i;
  }
  entries_[hole] = {};
}

void PeerTable::grow_index() {
  const std::vector<Entry> old = std::move(entries_);
  entries_.assign(old.empty() ? 4 : old.size() * 2, {});
  for (const Entry& entry : old) {
    if (entry.slot != 0) index(entry.hash, entry.slot - 1);
  }
}

}  // namespace core
