#include "../memory_pool.h"

#include <cstdint>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "test.h"

using core::MemoryPool;

namespace {

/// Every byte of a block says which block it is.
struct Block {
  uint8_t* bytes;
  size_t size;
  uint8_t mark;

  bool intact(size_t count) const {
    for (size_t i = 0; i < count; ++i) {
      if (bytes[i] != mark) return false;
    }
    return true;
  }
};

}  // namespace

TEST("pooled blocks never overlap and keep their contents through random use") {
  std::mt19937 random(17);
  std::vector<Block> blocks;
  const auto random_size = [&] { return 1 + random() % (random() % 20 == 0 ? 100'000 : 2'000); };
  for (int round = 0; round < 20'000; ++round) {
    if (blocks.size() < 200 && random() % 2 == 0) {
      Block block{nullptr, random_size(), static_cast<uint8_t>(random())};
      block.bytes = static_cast<uint8_t*>(MemoryPool::allocate(block.size));
      CHECK_EQUAL(reinterpret_cast<uintptr_t>(block.bytes) % 16, 0u);
      std::memset(block.bytes, block.mark, block.size);
      blocks.push_back(block);
      continue;
    }
    if (blocks.empty()) continue;
    std::swap(blocks[random() % blocks.size()], blocks.back());
    Block& block = blocks.back();
    CHECK(block.intact(block.size));
    if (random() % 3 == 0) {
      const size_t size = random_size();
      block.bytes = static_cast<uint8_t*>(MemoryPool::reallocate(block.bytes, size));
      CHECK(block.intact(std::min(size, block.size)));
      block.size = size;
      std::memset(block.bytes, block.mark, size);
    } else {
      MemoryPool::release(block.bytes);
      blocks.pop_back();
    }
  }
  for (const Block& block : blocks) MemoryPool::release(block.bytes);
}

TEST("what a thread keeps is bounded, and a block that comes back is used again") {
  std::vector<void*> blocks;
  for (size_t bytes = 0; bytes < 2 * MemoryPool::kMaxKept; bytes += MemoryPool::kMaxPooled) {
    blocks.push_back(MemoryPool::allocate(MemoryPool::kMaxPooled));
  }
  for (void* block : blocks) MemoryPool::release(block);
  CHECK(MemoryPool::kept() <= MemoryPool::kMaxKept);
  CHECK(MemoryPool::kept() > MemoryPool::kMaxKept / 2);

  void* block = MemoryPool::allocate(100);
  MemoryPool::release(block);
  CHECK(MemoryPool::allocate(100) == block);
  MemoryPool::release(block);
}

TEST("edge sizes behave as malloc, realloc and free do") {
  CHECK(MemoryPool::allocate(0) == nullptr);
  CHECK(MemoryPool::allocate(SIZE_MAX) == nullptr);
  MemoryPool::release(nullptr);
  void* block = MemoryPool::reallocate(nullptr, 10);
  CHECK(block != nullptr);
  CHECK(MemoryPool::reallocate(block, 0) == nullptr);
}

TEST("a block may be freed by another thread, also after that thread's pool has ended") {
  void* block = MemoryPool::allocate(500);
  void* late = MemoryPool::allocate(500);
  std::thread([&] {
    struct FreedLast {
      void* block = nullptr;
      ~FreedLast() { MemoryPool::release(block); }
    };
    static thread_local FreedLast last;  // made before this thread's pool, so destroyed after it
    last.block = late;
    MemoryPool::release(block);
    CHECK(MemoryPool::kept() > 0);
  }).join();
}
