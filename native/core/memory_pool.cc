#include "memory_pool.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include "openssl.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LWM2M_TLS_PLAIN_MALLOC 1
#endif

namespace core {
namespace {

// Steps are fine, so that rounding up costs little: handshake memory is what a server has most of.
constexpr size_t kSmallStep = 16;
constexpr size_t kLargeStep = 256;
constexpr size_t kMaxSmall = 1024;
constexpr size_t kSmallClasses = kMaxSmall / kSmallStep;
constexpr size_t kClasses = kSmallClasses + (MemoryPool::kMaxPooled - kMaxSmall) / kLargeStep;

/// Stands before each block and keeps it aligned as malloc would.
struct alignas(16) Header {
  size_t size;  ///< usable bytes, a class size unless above kMaxPooled
};

struct FreeBlock {
  FreeBlock* next;
};

/// `size` must be in 1..kMaxPooled.
size_t class_of(size_t size) {
  if (size <= kMaxSmall) return (size - 1) / kSmallStep;
  return kSmallClasses + (size - kMaxSmall - 1) / kLargeStep;
}

size_t class_size(size_t index) {
  if (index < kSmallClasses) return (index + 1) * kSmallStep;
  return kMaxSmall + (index - kSmallClasses + 1) * kLargeStep;
}

struct ThreadPool {
  std::array<FreeBlock*, kClasses> lists{};
  size_t kept = 0;
  int64_t in_use = 0;  ///< below 0 in a thread that has freed another one's blocks
};

// A few bytes of the static TLS that glibc keeps ready for libraries that come late: a call less for each block.
#if defined(__GLIBC__)
#define LWM2M_TLS_FAST_THREAD_LOCAL __attribute__((tls_model("initial-exec")))
#else
#define LWM2M_TLS_FAST_THREAD_LOCAL
#endif

// Trivial, so that access needs no guard, and usable until the very end of the thread.
thread_local ThreadPool* pool LWM2M_TLS_FAST_THREAD_LOCAL = nullptr;
thread_local bool pool_ended LWM2M_TLS_FAST_THREAD_LOCAL = false;

Header* header_of(void* block) { return static_cast<Header*>(block) - 1; }

/// Gives everything back when the thread ends. OpenSSL may free more after that: see `pool_ended`.
struct PoolEnd {
  ~PoolEnd() {
    for (FreeBlock* first : pool->lists) {
      while (first != nullptr) {
        FreeBlock* next = first->next;
        std::free(header_of(first));
        first = next;
      }
    }
    delete pool;
    pool = nullptr;
    pool_ended = true;
  }
};

/// Null once the thread is ending, or when there is no memory for it.
ThreadPool* thread_pool() {
  if (pool != nullptr) return pool;
  if (pool_ended) return nullptr;
  pool = new (std::nothrow) ThreadPool;
  if (pool == nullptr) return nullptr;
  static thread_local PoolEnd end;
  static_cast<void>(end);
  return pool;
}

void* allocate_fresh(ThreadPool* mine, size_t size) {
  auto* header = static_cast<Header*>(std::malloc(sizeof(Header) + size));
  if (header == nullptr) return nullptr;
  header->size = size;
  if (mine != nullptr) mine->in_use += static_cast<int64_t>(size);
  return header + 1;
}

}  // namespace

void MemoryPool::install() {
#ifndef LWM2M_TLS_PLAIN_MALLOC
  CRYPTO_set_mem_functions([](size_t size, const char*, int) { return allocate(size); },
                           [](void* block, size_t size, const char*, int) { return reallocate(block, size); },
                           [](void* block, const char*, int) { release(block); });
#endif
}

void* MemoryPool::allocate(size_t size) {
  if (size == 0) return nullptr;
  ThreadPool* mine = thread_pool();
  if (size > kMaxPooled) return size > SIZE_MAX - sizeof(Header) ? nullptr : allocate_fresh(mine, size);
  const size_t index = class_of(size);
  if (mine == nullptr || mine->lists[index] == nullptr) return allocate_fresh(mine, class_size(index));
  FreeBlock* block = mine->lists[index];
  mine->lists[index] = block->next;
  mine->kept -= class_size(index);
  mine->in_use += static_cast<int64_t>(class_size(index));
  return block;
}

void* MemoryPool::reallocate(void* block, size_t size) {
  if (block == nullptr) return allocate(size);
  if (size == 0) {
    release(block);
    return nullptr;
  }
  const size_t old_size = header_of(block)->size;
  if (size <= old_size && size <= kMaxPooled && old_size <= kMaxPooled && class_of(size) == class_of(old_size)) {
    return block;
  }
  void* moved = allocate(size);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, block, std::min(size, old_size));
  release(block);
  return moved;
}

void MemoryPool::release(void* block) {
  if (block == nullptr) return;
  Header* header = header_of(block);
  ThreadPool* mine = thread_pool();
  if (mine != nullptr) mine->in_use -= static_cast<int64_t>(header->size);
  if (mine == nullptr || header->size > kMaxPooled || mine->kept + header->size > kMaxKept) {
    std::free(header);
    return;
  }
  const size_t index = class_of(header->size);
  auto* free_block = static_cast<FreeBlock*>(block);
  free_block->next = mine->lists[index];
  mine->lists[index] = free_block;
  mine->kept += header->size;
}

size_t MemoryPool::kept() { return pool == nullptr ? 0 : pool->kept; }

size_t MemoryPool::in_use() { return pool == nullptr ? 0 : static_cast<size_t>(std::max<int64_t>(pool->in_use, 0)); }

}  // namespace core
