#include <sys/time.h>

#include <ctime>

#include "link.h"
#include "test.h"

namespace {

/// Seconds that the wall clock, as libssl sees it, is ahead.
long clock_offset = 0;

}  // namespace

/// libssl's clock: it takes precedence over libc's in this program.
extern "C" int gettimeofday(timeval* time, void*) noexcept {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  *time = {now.tv_sec + clock_offset, now.tv_nsec / 1000};
  return 0;
}

TEST("the wall clock decides nothing, wherever it jumps") {
  constexpr long kYear = 365L * 24 * 3600;
  for (const long offset : {-50 * kYear, -3600L, 3600L, 13 * kYear, 100 * kYear}) {
    Link link;
    link.pass = [](bool to_server, size_t n, core::ByteView) { return !to_server || n != 2; };
    link.connect();
    clock_offset = offset;
    CHECK(link.handshake());
    clock_offset = 0;
    CHECK_EQUAL(link.client.counters.flights_retransmitted, 1u);
  }
}

TEST("a flight that libssl will not repeat any more is given up at once") {
  Link link({.min_timeout = 1'000, .max_timeout = 60'000'000});
  link.pass = [](bool, size_t, core::ByteView) { return false; };
  link.connect();
  link.exchange();
  while (link.advance()) {
  }
  const Side::Event* closed = link.client.last(core::EventKind::kClosed);
  CHECK(closed != nullptr && closed->a == static_cast<int32_t>(core::Cause::kTimeout));
  CHECK_EQUAL(link.client.counters.flights_retransmitted, 12u);
  CHECK_EQUAL(link.to_server.size(), 13u);
}
