#ifdef __linux__

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>

extern "C" pid_t __real_getpid();

namespace {

using KnownId = std::atomic<pid_t>;

/// In a page that the kernel clears in every child, however that was forked. Null where it does not offer that.
KnownId* known_until_fork() {
  const auto size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void* page = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (madvise(page, size, MADV_WIPEONFORK) == 0) return static_cast<KnownId*>(page);
  munmap(page, size);
  return nullptr;
}

}  // namespace

/// Takes the place of getpid() in OpenSSL where the linker offers --wrap (binding.gyp). Its random generators ask with
/// each use whether the process has forked, several times in a handshake, and each time is a system call.
extern "C" pid_t __wrap_getpid() {
  static KnownId* const known = known_until_fork();
  if (known == nullptr) return __real_getpid();
  pid_t id = known->load(std::memory_order_relaxed);
  if (id != 0) return id;
  id = __real_getpid();
  known->store(id, std::memory_order_relaxed);
  return id;
}

#endif  // __linux__
