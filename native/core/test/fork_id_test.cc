#ifdef __linux__

#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "../openssl.h"
#include "test.h"

/// Of OpenSSL's inside: what its random generators compare.
extern "C" int openssl_get_fork_id();

namespace {

/// What `child` writes after fork(); empty when it failed.
template <typename Child>
std::array<unsigned char, 32> in_child(Child child) {
  std::array<unsigned char, 32> result{};
  int ends[2];
  if (pipe(ends) != 0) return result;
  const pid_t id = fork();
  if (id == 0) {
    child(result);
    const bool written = write(ends[1], result.data(), result.size()) == static_cast<ssize_t>(result.size());
    _exit(written ? 0 : 1);
  }
  if (read(ends[0], result.data(), result.size()) != static_cast<ssize_t>(result.size())) result = {};
  waitpid(id, nullptr, 0);
  close(ends[0]);
  close(ends[1]);
  return result;
}

}  // namespace

#if OPENSSL_VERSION_NUMBER < 0x30000000L
TEST("OpenSSL knows its process, and that it is another one after fork()") {
  CHECK_EQUAL(openssl_get_fork_id(), getpid());
  CHECK_EQUAL(openssl_get_fork_id(), getpid());
  const auto matches = in_child([](auto& out) { out[0] = openssl_get_fork_id() == getpid() ? 1 : 0; });
  CHECK_EQUAL(matches[0], 1);
}
#endif

TEST("the random numbers of a child are not those of its parent") {
  std::array<unsigned char, 32> mine{};
  CHECK_EQUAL(RAND_bytes(mine.data(), 32), 1);
  const auto random = [](auto& out) { RAND_bytes(out.data(), static_cast<int>(out.size())); };
  const auto first = in_child(random);
  const auto second = in_child(random);
  CHECK_EQUAL(RAND_bytes(mine.data(), 32), 1);
  CHECK(first != second);
  CHECK(first != mine);
}

#endif  // __linux__
