#include <algorithm>
#include <bit>

#include "../faults/pcg32.h"
#include "fault_world.h"

using core::Direction;
using core::Fault;
using core::FaultRule;
using core::FaultRules;

namespace {

FaultRules sending(std::vector<FaultRule> rules, uint64_t seed = 1) { return {seed, std::move(rules), {}}; }

/// Which of 200 datagrams come out, one letter each.
std::string survivors(FaultRules rules) {
  FaultWorld world(std::move(rules));
  std::string result;
  for (int i = 0; i < 200; ++i) {
    world.send("x");
    result += world.taken().empty() ? '-' : 'x';
  }
  return result;
}

FaultRule losing(double probability) {
  FaultRule rule = fault(Fault::kLose);
  rule.probability = chance(probability);
  return rule;
}

}  // namespace

TEST("the generator of faults is PCG32: its published test vector") {
  core::Pcg32 random(42, 54);
  for (const uint32_t expected : {0xa15c02b7u, 0x7b47f409u, 0xba1d3330u, 0x83d2f293u, 0xbfa4784bu, 0xcbed606eu}) {
    CHECK_EQUAL(random.next(), expected);
  }
  for (int i = 0; i < 1000; ++i) CHECK(random.below(7) < 7);
  CHECK_EQUAL(random.below(0), uint32_t{0});
}

TEST("faults: without rules a datagram passes, and is counted") {
  FaultWorld world(sending({}));
  world.send("a");
  world.pass(Direction::kReceive, core::bytes_of("b"));
  CHECK(world.taken() == "a b ");
  CHECK_EQUAL(world.sent().datagrams, uint64_t{1});
  CHECK_EQUAL(world.received().datagrams, uint64_t{1});
}

TEST("faults: the same seed makes the same decisions, another one others") {
  const std::string first = survivors(sending({losing(0.3)}, 7));
  CHECK(first == survivors(sending({losing(0.3)}, 7)));
  CHECK(first != survivors(sending({losing(0.3)}, 8)));
  const auto lost = std::count(first.begin(), first.end(), '-');
  CHECK(lost > 30 && lost < 90);
}

TEST("faults: one rule does not change what another one draws") {
  FaultRule corrupting = fault(Fault::kCorrupt);
  corrupting.probability = chance(0.5);
  CHECK(survivors(sending({losing(0.3), corrupting})) == survivors(sending({losing(0.3)})));
}

TEST("faults: a rule of one direction leaves the other one alone") {
  FaultWorld world({1, {losing(1)}, {}});
  world.send("a");
  world.pass(Direction::kReceive, core::bytes_of("b"));
  CHECK(world.taken() == "b ");
  CHECK_EQUAL(world.sent().lost, uint64_t{1});
  CHECK_EQUAL(world.received().lost, uint64_t{0});
}

TEST("faults: the n-th of each peer, or of all") {
  FaultRule rule = fault(Fault::kLose);
  rule.first = rule.last = 2;
  FaultWorld each(sending({rule}));
  for (const char* text : {"a1", "a2", "a3"}) {
    each.send(text, 0, 1);
    each.send(std::string("b") + text[1], 0, 2);
  }
  CHECK(each.taken() == "a1 b1 a3 b3 ");
  rule.per_peer = false;
  FaultWorld all(sending({rule}));
  for (const uint16_t peer : {1, 2, 1}) all.send(std::to_string(peer), 0, peer);
  CHECK(all.taken() == "1 1 ");
}

TEST("faults: skip, every and limit") {
  FaultRule rule = fault(Fault::kLose);
  rule.first = 3;
  rule.step = 2;
  rule.limit = 2;
  FaultWorld world(sending({rule}));
  for (const char* text : {"1", "2", "3", "4", "5", "6", "7", "8", "9"}) world.send(text);
  CHECK(world.taken() == "1 2 4 6 7 8 9 ");
  CHECK_EQUAL(world.per_rule[0].matched, uint64_t{9});
  CHECK_EQUAL(world.per_rule[0].applied, uint64_t{2});
}

TEST("faults: a blackout begins and ends, and comes again") {
  FaultRule rule = fault(Fault::kBlackout);
  rule.from = 100;
  rule.to = 200;
  rule.period = 1000;
  FaultWorld world(sending({rule}), 5000);
  for (const core::Micros at : {0, 99, 100, 199, 200, 1099, 1100, 1199, 1200}) {
    world.send(std::to_string(at), 5000 + at);
  }
  CHECK(world.taken() == "0 99 200 1099 1200 ");
  CHECK_EQUAL(world.sent().blacked_out, uint64_t{4});
  CHECK_EQUAL(world.sent().lost, uint64_t{0});
}

TEST("faults: copies go right behind the datagram") {
  FaultRule rule = fault(Fault::kDuplicate);
  rule.copies = 2;
  rule.first = rule.last = 1;
  FaultWorld world(sending({rule}));
  world.send("a");
  world.send("b");
  CHECK(world.taken() == "a a a b ");
  CHECK_EQUAL(world.sent().duplicated, uint64_t{2});
}

TEST("faults: a delayed datagram comes when it is due, with its copies, and others overtake it") {
  FaultRule late = fault(Fault::kDelay);
  late.delay = 50;
  late.first = late.last = 1;
  FaultWorld world(sending({fault(Fault::kDuplicate), late}));
  world.send("a", 1000);
  world.send("b", 1001);
  CHECK(world.taken() == "b b ");
  CHECK_EQUAL(world.layer.next_deadline(), core::Micros{1050});
  world.wait_until(1049);
  CHECK(world.taken().empty());
  world.wait_until(1050);
  CHECK(world.taken() == "a a ");
  CHECK_EQUAL(world.layer.next_deadline(), core::kNever);
}

TEST("faults: jitter spreads to both sides and reorders, but not in order") {
  FaultRule rule = fault(Fault::kDelay);
  rule.delay = 1000;
  rule.jitter = 400;
  for (const bool in_order : {false, true}) {
    rule.in_order = in_order;
    FaultWorld world(sending({rule}));
    std::string order;
    for (int i = 0; i < 100; ++i) {
      const std::string text = std::to_string(i);
      world.send(text, static_cast<core::Micros>(i));
      order += text + ' ';
    }
    CHECK(world.layer.next_deadline() >= 600);
    world.wait_until(1500);
    CHECK((world.taken() == order) == in_order);
    CHECK_EQUAL(world.sent().delayed, uint64_t{100});
  }
}

TEST("faults: a held datagram leaves behind the next ones of its peer") {
  FaultRule rule = fault(Fault::kReorder);
  rule.first = rule.last = 1;
  rule.places = 2;
  rule.delay = 100;
  FaultWorld world(sending({rule}));
  world.send("a1", 0, 1);
  for (const char* text : {"b1", "b2", "b3"}) world.send(text, 1, 2);
  for (const char* text : {"a2", "a3", "a4"}) world.send(text, 2, 1);
  CHECK(world.taken() == "b2 b3 b1 a2 a3 a1 a4 ");
  CHECK_EQUAL(world.layer.next_deadline(), core::kNever);
}

TEST("faults: a held datagram goes alone when nobody comes, and is then as late as the others") {
  FaultRule held = fault(Fault::kReorder);
  held.first = held.last = 1;
  held.delay = 100;
  FaultRule late = fault(Fault::kDelay);
  late.delay = 30;
  FaultWorld alone(sending({held, late}));
  alone.send("a", 0);
  alone.wait_until(100);
  CHECK(alone.taken().empty());
  alone.wait_until(130);
  CHECK(alone.taken() == "a ");
  FaultWorld overtaken(sending({held, late}));
  overtaken.send("a", 0);
  overtaken.send("b", 10);
  overtaken.wait_until(40);
  CHECK(overtaken.taken() == "b a ");
}

TEST("faults: a corrupted datagram differs in as many bits") {
  for (const uint32_t bits : {1, 2, 5, 64}) {
    FaultRule rule = fault(Fault::kCorrupt);
    rule.bits = bits;
    FaultWorld world(sending({rule, rule}));
    const std::string text(7, 'a');
    world.set(sending({rule}), 0);
    world.send(text);
    const std::string out = world.taken();
    int differing = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      differing += std::popcount(static_cast<uint8_t>(text[i] ^ out[i]));
    }
    CHECK_EQUAL(static_cast<uint32_t>(differing), std::min(bits, uint32_t{56}));
  }
}

TEST("faults: an empty datagram can be neither corrupted nor cut, and passes") {
  FaultWorld world(sending({fault(Fault::kCorrupt), fault(Fault::kTruncate)}));
  world.send("");
  CHECK_EQUAL(world.out.size(), size_t{1});
  CHECK_EQUAL(world.sent().corrupted + world.sent().truncated, uint64_t{0});
}

TEST("faults: a datagram is cut to a length, or to any below its own") {
  FaultRule rule = fault(Fault::kTruncate);
  rule.keep = 2;
  FaultWorld fixed(sending({rule}));
  fixed.send("abc");
  fixed.send("ab");
  fixed.send("a");
  CHECK(fixed.taken() == "ab ab a ");
  CHECK_EQUAL(fixed.sent().truncated, uint64_t{1});
  FaultWorld drawn(sending({fault(Fault::kTruncate)}));
  for (int i = 0; i < 50; ++i) drawn.send("abcd");
  for (size_t i = 0; i < drawn.out.size(); ++i) CHECK(drawn.out[i].size < 4);
  CHECK_EQUAL(drawn.sent().truncated, uint64_t{50});
}

TEST("faults: what is cut can still be corrupted, and what is corrupted cut") {
  FaultRule cut = fault(Fault::kTruncate);
  cut.keep = 2;
  for (const auto& rules : {std::vector{cut, fault(Fault::kCorrupt)}, std::vector{fault(Fault::kCorrupt), cut}}) {
    FaultWorld world(sending(rules));
    world.send("abcd");
    CHECK_EQUAL(world.out[0].size, uint32_t{2});
    CHECK_EQUAL(world.sent().corrupted + world.sent().truncated, uint64_t{2});
  }
}

TEST("faults: what is larger than the MTU vanishes, or is refused") {
  FaultRule rule = fault(Fault::kMtu);
  rule.larger_than = 3;
  FaultWorld silent(sending({rule}));
  CHECK(!silent.send("abc").refused);
  CHECK(!silent.send("abcd").refused);
  CHECK(silent.taken() == "abc ");
  CHECK_EQUAL(silent.sent().oversized, uint64_t{1});
  rule.reported = true;
  FaultWorld loud(sending({rule}));
  CHECK(!loud.send("abc").refused);
  CHECK(loud.send("abcd").refused);
}

TEST("faults: a rebind is asked for before the datagram, though another rule loses it") {
  FaultRule rule = fault(Fault::kRebind);
  rule.first = rule.last = 2;
  FaultWorld world(sending({rule, losing(1)}));
  CHECK(world.send("a").rebind == nullptr);
  CHECK(world.send("b").rebind != nullptr);
  CHECK(world.send("c").rebind == nullptr);
  CHECK_EQUAL(world.sent().rebound, uint64_t{1});
}

TEST("faults: no more wait than there is room for") {
  FaultRule late = fault(Fault::kDelay);
  late.delay = 1;
  FaultWorld world(sending({late}));
  const std::string large(1 << 16, 'x');
  const size_t room = core::DelayQueue::kMaxBytes / large.size();
  for (size_t i = 0; i < room + 3; ++i) world.send(large);
  CHECK_EQUAL(world.sent().overflowed, uint64_t{3});
  world.wait_until(1);
  CHECK_EQUAL(world.out.size(), room);
}

TEST("faults: other rules leave alone what waits, and begin anew") {
  FaultRule late = fault(Fault::kDelay);
  late.delay = 100;
  FaultWorld world(sending({late}));
  world.send("a", 0);
  FaultRule first = fault(Fault::kLose);
  first.limit = 1;
  for (int i = 0; i < 2; ++i) {
    world.set(sending({first}), 10);
    world.send("b", 10);
    world.send("c", 10);
  }
  world.wait_until(100);
  CHECK(world.taken() == "c c a ");
  CHECK_EQUAL(world.per_rule[0].matched, uint64_t{2});
}

TEST("faults: at the end what waits to be sent is sent in order, and the rest given up") {
  FaultRule late = fault(Fault::kDelay);
  late.delay = 100;
  FaultRule held = fault(Fault::kReorder);
  held.delay = 50;
  held.first = held.last = 2;
  FaultWorld world({1, {held, late}, {late}});
  world.send("a", 0);
  world.send("b", 1);
  world.pass(Direction::kReceive, core::bytes_of("r"), 2);
  world.layer.finish(FaultWorld::kEndpoint, world.out);
  CHECK(world.taken() == "b a ");
  CHECK_EQUAL(world.received().abandoned, uint64_t{1});
  CHECK_EQUAL(world.layer.next_deadline(), core::kNever);
}
