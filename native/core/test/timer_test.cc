#include "../deadline_queue.h"
#include "../retransmission_timer.h"

#include <algorithm>
#include <random>

#include "test.h"

using core::Micros;
using core::RetransmissionTimer;

namespace {

constexpr Micros kSecond = 1'000'000;

std::vector<Micros> transmissions(Micros min, Micros max, Micros& given_up_at) {
  RetransmissionTimer timer(min, max);
  std::vector<Micros> sent = {0};
  timer.start(0);
  for (;;) {
    const Micros now = timer.deadline();
    if (timer.expire(now) == RetransmissionTimer::Verdict::kGiveUp) {
      given_up_at = now;
      return sent;
    }
    sent.push_back(now);
  }
}

}  // namespace

TEST("a flight leaves at 0, 1, 3, 7, 15, 31 and 63 s and is given up at 123 s") {
  Micros given_up_at = 0;
  const std::vector<Micros> expected = {0, kSecond, 3 * kSecond, 7 * kSecond, 15 * kSecond, 31 * kSecond, 63 * kSecond};
  CHECK(transmissions(kSecond, 60 * kSecond, given_up_at) == expected);
  CHECK_EQUAL(given_up_at, 123 * kSecond);
  CHECK_EQUAL(RetransmissionTimer(kSecond, 60 * kSecond).patience(), 123 * kSecond);
}

TEST("equal timeouts give one transmission") {
  Micros given_up_at = 0;
  CHECK_EQUAL(transmissions(3 * kSecond, 3 * kSecond, given_up_at).size(), 1u);
  CHECK_EQUAL(given_up_at, 3 * kSecond);
}

TEST("a first timeout above the maximum is waited for once") {
  Micros given_up_at = 0;
  CHECK_EQUAL(transmissions(5 * kSecond, 3 * kSecond, given_up_at).size(), 1u);
  CHECK_EQUAL(given_up_at, 5 * kSecond);
}

TEST("the deadline queue gives deadlines in order through random sets, moves and cancellations") {
  std::mt19937 random(7);
  std::vector<core::Deadline> deadlines(300);
  core::DeadlineQueue queue;
  for (int round = 0; round < 20000; ++round) {
    core::Deadline& deadline = deadlines[random() % deadlines.size()];
    if (random() % 4 == 0) {
      queue.cancel(deadline);
      CHECK_EQUAL(deadline.position, core::Deadline::kUnqueued);
    } else {
      queue.set(deadline, random() % 1000);
    }
    Micros earliest = core::kNever;
    size_t queued = 0;
    for (const core::Deadline& each : deadlines) {
      earliest = std::min(earliest, each.at);
      queued += each.position != core::Deadline::kUnqueued;
    }
    if (queue.next() != earliest || queue.size() != queued) {
      CHECK_EQUAL(queue.next(), earliest);
      return;
    }
  }
  Micros last = 0;
  while (core::Deadline* expired = queue.take_expired(500)) {
    CHECK_EQUAL(expired->position, core::Deadline::kUnqueued);
    CHECK(queue.next() >= last);
    last = std::min<Micros>(queue.next(), 500);
  }
  CHECK(queue.next() > 500);
}
