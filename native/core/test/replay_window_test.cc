#include "../replay_window.h"

#include <random>
#include <set>

#include "test.h"

using core::ReplayWindow;

namespace {

constexpr uint64_t kLargest = (uint64_t{1} << 48) - 1;

ReplayWindow after(std::initializer_list<uint64_t> sequences) {
  ReplayWindow window;
  for (const uint64_t sequence : sequences) window.mark(sequence);
  return window;
}

/// The same by the words of RFC 6347 4.1.2.6, with all the memory it wants.
struct Model {
  bool is_fresh(uint64_t sequence) const {
    if (!seen.empty() && *seen.rbegin() >= ReplayWindow::kSize && sequence <= *seen.rbegin() - ReplayWindow::kSize) {
      return false;
    }
    return !seen.contains(sequence);
  }
  std::set<uint64_t> seen;
};

}  // namespace

TEST("a replay window that has seen nothing takes anything") {
  for (const uint64_t sequence : {uint64_t{0}, uint64_t{1}, uint64_t{63}, uint64_t{64}, kLargest}) {
    CHECK(ReplayWindow().is_fresh(sequence));
  }
}

TEST("what a replay window has seen is not fresh, 63 behind the newest is the last place that may be") {
  for (const uint64_t newest : {uint64_t{64}, uint64_t{100}, uint64_t{1} << 32, kLargest}) {
    const ReplayWindow window = after({newest});
    CHECK(!window.is_fresh(newest));
    CHECK(window.is_fresh(newest + 1));
    CHECK(window.is_fresh(newest - 1));
    CHECK(window.is_fresh(newest - 63));
    CHECK(!window.is_fresh(newest - 64));
    CHECK(!window.is_fresh(newest - 65 + (newest < 65)));
    CHECK(!window.is_fresh(0));
    ReplayWindow filled = window;
    filled.mark(newest - 63);
    CHECK(!filled.is_fresh(newest - 63));
    CHECK(filled.is_fresh(newest - 62));
  }
}

TEST("a jump of 63 keeps the oldest place of a replay window, one of 64 and more forgets all") {
  CHECK(!after({10, 73}).is_fresh(10));
  CHECK(after({10, 73}).is_fresh(11));
  CHECK(!after({10, 74}).is_fresh(10));
  CHECK(after({10, 74}).is_fresh(11));
  for (const uint64_t jump : {uint64_t{64}, uint64_t{65}, uint64_t{128}, uint64_t{1} << 40, kLargest - 10}) {
    const ReplayWindow window = after({9, 10, 10 + jump});
    CHECK(!window.is_fresh(10));
    CHECK(!window.is_fresh(9));
    CHECK(window.is_fresh(10 + jump - 1) == (jump > 1));
  }
}

TEST("a replay window does what a set of all numbers would, over random walks") {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937_64 random(seed);
    uint64_t around = seed % 3 == 0 ? 0 : random() % (kLargest - 100'000);
    ReplayWindow window;
    Model model;
    for (int i = 0; i < 5000; ++i) {
      const uint64_t kind = random() % 100;
      if (kind == 0) around += random() % 300;
      if (kind < 40) ++around;
      const uint64_t back = random() % 80;
      const uint64_t sequence = back > around ? 0 : around - back;
      CHECK_EQUAL(window.is_fresh(sequence), model.is_fresh(sequence));
      if (!model.is_fresh(sequence)) continue;
      window.mark(sequence);
      model.seen.insert(sequence);
    }
  }
}
