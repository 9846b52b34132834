#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "address.h"
#include "association.h"
#include "status.h"

namespace core {

/// The associations of one engine: owned here, found by id and by address. An id is slot index and generation, so a
/// stale id finds nothing. Grows on demand; an empty table owns no memory.
class PeerTable {
 public:
  static constexpr int kIndexBits = 20;
  static constexpr size_t kMaxPeers = (size_t{1} << kIndexBits) - 1;

  PeerTable();
  PeerTable(const PeerTable&) = delete;
  PeerTable& operator=(const PeerTable&) = delete;

  /// Takes ownership and sets the association's id. The address must not be in the table. Null when it is full.
  Association* insert(std::unique_ptr<Association> association);
  /// The same for one that is not to be found by its address, which another one has.
  Association* insert_behind(std::unique_ptr<Association> association);
  /// That one is found by its address from now on; the other one must have gone.
  void put_in_front(const Association& association);
  /// For one in front: it is found by `address` from now on, which must not be in the table.
  void readdress(Association& association, const Address& address);
  void erase(PeerId id);

  Association* find(PeerId id) const;
  Association* find(const Address& address) const;
  /// Has what find() and its caller will read fetched into the cache, for many addresses at once: one after the other,
  /// each would wait for memory several times. Changes nothing.
  void expect(std::span<const Address* const> addresses) const;
  size_t size() const { return size_; }
  /// Random and secret; for tables beside this one.
  uint64_t seed() const { return seed_; }

  /// One of the associations around a place that `random` chooses; null when there is none near it.
  Association* sample(uint64_t random) const;

  /// Calls `visit(Association&)` for each; the visitor must not insert, and may erase only what it is given.
  template <typename Visit>
  void for_each(Visit visit) {
    for (size_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].association) visit(*slots_[i].association);
    }
  }

 private:
  struct Slot {
    std::unique_ptr<Association> association;
    uint32_t generation = 1;
  };
  /// Entry of the address index: open addressing with linear probing. `slot` is the slot index plus 1, 0 for empty.
  struct Entry {
    uint32_t hash = 0;
    uint32_t slot = 0;
  };

  uint32_t hash_of(const Address& address) const { return static_cast<uint32_t>(address.hash(seed_)); }
  void index(uint32_t hash, uint32_t slot);
  void unindex(uint32_t hash, uint32_t slot);
  void grow_index();

  std::vector<Slot> slots_;
  std::vector<uint32_t> free_slots_;
  std::vector<Entry> entries_;
  size_t size_ = 0;
  uint64_t seed_ = 0;
};

}  // namespace core
