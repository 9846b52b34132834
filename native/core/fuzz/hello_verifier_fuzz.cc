// Strangers show ClientHellos to a HelloVerifier, with cookies that it gave to them, to others, or that they made up.

#include "../hello_verifier.h"

#include <sanitizer/allocator_interface.h>

#include <algorithm>
#include <map>

#include "fuzz.h"

using core::ByteView;
using core::ClientHello;
using core::HelloVerifier;
using Verdict = HelloVerifier::Verdict;

namespace {

constexpr size_t kMaxHellos = 64;
constexpr uint16_t kMaxDatagram = 512;
constexpr uint8_t kAddresses = 4;

size_t allocations = 0;
void count_allocation(const volatile void*, size_t) { ++allocations; }
void ignore_release(const volatile void*) {}
const int hooks = __sanitizer_install_malloc_and_free_hooks(count_allocation, ignore_release);

std::vector<uint8_t> copy_of(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

/// Each differs from the first in one thing.
core::Address address(uint8_t number) {
  core::Address address;
  address.family = 4;
  address.ip = {127, 0, 0, 1};
  address.port = 5684;
  if (number == 1) address.ip[3] = 2;
  if (number == 2) address.port = 5685;
  if (number == 3) address.local = {127, 0, 0, 1};
  return address;
}

/// What a cookie stands for.
struct Issued {
  uint8_t to;
  std::vector<uint8_t> version_and_random;
  std::vector<uint8_t> cipher_suites;
  core::Micros at;
};

class Strangers {
 public:
  explicit Strangers(FuzzedDataProvider& input) : input_(input) {}

  void show_one() {
    now_ += core::Micros{input_.ConsumeIntegralInRange<uint8_t>(0, 140)} * 1'000'000;
    const auto from = input_.ConsumeIntegralInRange<uint8_t>(0, kAddresses - 1);
    std::vector<uint8_t> datagram = next_datagram();
    if (!datagram.empty() && input_.ConsumeBool()) {
      datagram[take_index(input_, datagram.size())] = input_.ConsumeIntegral<uint8_t>();
    }
    show(datagram, from);
  }

 private:
  /// Of the input, or one that was answered, with or without the cookie that it was given.
  std::vector<uint8_t> next_datagram() {
    if (answered_.empty() || input_.ConsumeBool()) return take_bytes(input_, kMaxDatagram);
    const auto& [hello, cookie] = answered_[take_index(input_, answered_.size())];
    return input_.ConsumeBool() ? hello : with_cookie(hello, cookie);
  }

  void show(const std::vector<uint8_t>& datagram, uint8_t from) {
    ClientHello hello;
    HelloVerifier::Reply reply{};
    const Verdict verdict = verifier_.check(datagram, address(from), now_, hello, reply);

    // The secret, if it was due, is made now. From here on nothing changes.
    ClientHello same_hello;
    HelloVerifier::Reply same_reply{};
    const size_t before = allocations;
    REQUIRE(verifier_.check(datagram, address(from), now_, same_hello, same_reply) == verdict);
    REQUIRE(allocations == before);
    REQUIRE(same_reply == reply);

    if (verdict == Verdict::kMalformed) return;
    if (verdict == Verdict::kVerified) return require_own_cookie(hello, from);
    REQUIRE(hello.cookie.empty() == (verdict == Verdict::kReply));
    require_not_ours(hello, from);
    require_well_formed(reply, hello);
    REQUIRE(reply.size() <= datagram.size());
    note(datagram, hello, from, reply);
  }

  void require_own_cookie(const ClientHello& hello, uint8_t from) const {
    const auto found = issued_.find(copy_of(hello.cookie));
    REQUIRE(found != issued_.end());
    REQUIRE(fits(found->second, hello, from));
    REQUIRE(now_ - found->second.at < 2 * HelloVerifier::kRotation);
  }

  /// A cookie is good for one period at least.
  void require_not_ours(const ClientHello& hello, uint8_t from) const {
    const auto found = issued_.find(copy_of(hello.cookie));
    if (found == issued_.end() || !fits(found->second, hello, from)) return;
    REQUIRE(now_ - found->second.at >= HelloVerifier::kRotation);
  }

  static bool fits(const Issued& issued, const ClientHello& hello, uint8_t from) {
    return issued.to == from && std::ranges::equal(issued.version_and_random, hello.version_and_random()) &&
           std::ranges::equal(issued.cipher_suites, hello.cipher_suites);
  }

  /// RFC 6347 4.2.1 and 4.3.2.
  static void require_well_formed(const HelloVerifier::Reply& reply, const ClientHello& hello) {
    core::RecordHeader header;
    ByteView rest = reply;
    ByteView message;
    REQUIRE(core::next_record(rest, header, message) && rest.empty());
    REQUIRE(header.type == core::content_type::kHandshake && header.version == core::kDtls10 && header.epoch == 0);
    REQUIRE(header.sequence == hello.record.sequence);
    REQUIRE(message[0] == 3 && core::read_u16(&message[4]) == hello.message_sequence);
    REQUIRE(core::read_u24(&message[1]) == message.size() - 12);
    REQUIRE(core::read_u24(&message[6]) == 0 && core::read_u24(&message[9]) == message.size() - 12);
    REQUIRE(core::read_u16(&message[12]) == core::kDtls10);
    REQUIRE(message[14] == HelloVerifier::kCookieSize && message.size() == 15 + HelloVerifier::kCookieSize);
  }

  void note(const std::vector<uint8_t>& datagram, const ClientHello& hello, uint8_t from,
            const HelloVerifier::Reply& reply) {
    const std::vector<uint8_t> cookie(reply.end() - HelloVerifier::kCookieSize, reply.end());
    // The same hello in the same period gets the same cookie, which is no younger for that.
    issued_.insert({cookie, {from, copy_of(hello.version_and_random()), copy_of(hello.cipher_suites), now_}});
    if (answered_.size() < kMaxHellos) answered_.emplace_back(datagram, cookie);
  }

  /// `hello`, which was answered, with another cookie than it has.
  static std::vector<uint8_t> with_cookie(std::vector<uint8_t> hello, const std::vector<uint8_t>& cookie) {
    ClientHello parsed;
    REQUIRE(core::parse_client_hello(hello, parsed));
    const auto added = static_cast<uint32_t>(cookie.size() - parsed.cookie.size());  // modulo 2^32
    core::write_u16(&hello[11], static_cast<uint16_t>(parsed.record.length + added));
    core::write_u24(&hello[14], parsed.length + added);
    core::write_u24(&hello[22], core::read_u24(&hello[22]) + added);
    const auto at = hello.begin() + (parsed.cookie.data() - hello.data());
    *(at - 1) = static_cast<uint8_t>(cookie.size());
    hello.insert(hello.erase(at, at + static_cast<long>(parsed.cookie.size())), cookie.begin(), cookie.end());
    return hello;
  }

  FuzzedDataProvider& input_;
  HelloVerifier verifier_;
  core::Micros now_ = 0;
  std::map<std::vector<uint8_t>, Issued> issued_;
  std::vector<std::pair<std::vector<uint8_t>, std::vector<uint8_t>>> answered_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  start_over({data, size});
  REQUIRE(hooks > 0);
  FuzzedDataProvider input(data, size);
  Strangers strangers(input);
  while (input.remaining_bytes() > 0) strangers.show_one();
  return 0;
}
