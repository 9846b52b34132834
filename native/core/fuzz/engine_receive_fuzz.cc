// An input is the script of an attacker between two engines.

#include "mutation.h"
#include "step.h"
#include "world.h"

namespace {

constexpr int kMaxSteps = 150;
constexpr uint16_t kMaxMessage = 1300;
constexpr uint16_t kMaxMadeUp = 600;

class Attacker {
 public:
  Attacker(FuzzedDataProvider& input, World& world) : input_(input), world_(world) {}

  void take_step() {
    switch (input_.ConsumeEnum<Step>()) {
      case Step::kDeliver:
        return deliver_next();
      case Step::kDeliverAll:
        for (int i = 0; i < kMaxSteps && !world_.packets.empty(); ++i) deliver_next();
        return;
      case Step::kDrop:
        if (!world_.packets.empty()) world_.packets.pop_front();
        return;
      case Step::kRepeat:
        if (!world_.packets.empty()) world_.deliver(World::Packet(world_.packets.front()));
        return;
      case Step::kDelay:
        if (!world_.packets.empty()) world_.packets.push_back(take_next());
        return;
      case Step::kMutate:
        if (!world_.packets.empty()) mutate(world_.packets.front().bytes, input_);
        return;
      case Step::kSplit:
        return split_next();
      case Step::kJoin:
        return join_next();
      case Step::kReplay:
        return replay();
      case Step::kMakeUp:
        return world_.deliver({end(), line(), take_bytes(input_, kMaxMadeUp)});
      case Step::kConnect:
        return connect();
      case Step::kSend:
        return send();
      case Step::kClose:
        return close();
      case Step::kWait:
        return world_.wait(core::Micros{input_.ConsumeIntegral<uint16_t>()} * 1000);
      case Step::kWaitForDeadline:
        return world_.wait_for_deadline();
      case Step::kTransportError:
        return fail_transport();
      case Step::kServe:
        return serve();
      case Step::kKnowIdentity:
        return world_.know_identity(input_.ConsumeBool());
      case Step::kAnswerSession:
        return answer_session();
      case Step::kDefer:
        return world_.defer(input_.ConsumeBool());
    }
  }

 private:
  uint8_t end() { return input_.ConsumeIntegralInRange<uint8_t>(0, World::kEnds - 1); }
  uint8_t line() { return input_.ConsumeIntegralInRange<uint8_t>(0, World::kLines - 1); }
  template <typename Enum>
  Enum choose(Enum count) {
    return static_cast<Enum>(input_.ConsumeIntegralInRange<uint8_t>(0, static_cast<uint8_t>(count) - 1));
  }

  void connect() {
    const uint8_t from = end();
    const uint8_t by = line();
    world_.connect(from, by, choose(World::Credentials::kCount));
  }

  void send() {
    const uint8_t from = end();
    const uint8_t by = line();
    world_.send(from, by, input_.ConsumeIntegralInRange<uint16_t>(0, kMaxMessage));
  }

  void close() {
    const uint8_t from = end();
    const uint8_t by = line();
    world_.close(from, by, input_.ConsumeBool());
  }

  void fail_transport() {
    const uint8_t from = end();
    world_.transport_failed(from, line());
  }

  void serve() {
    const uint8_t who = end();
    world_.serve(who, input_.ConsumeBool());
  }

  void answer_session() {
    const uint8_t who = end();
    const auto answer = choose(World::Answer::kCount);
    world_.answer_session(who, answer, take_bytes(input_, kMaxMadeUp));
  }

  World::Packet take_next() {
    World::Packet packet = std::move(world_.packets.front());
    world_.packets.pop_front();
    return packet;
  }

  void deliver_next() {
    if (!world_.packets.empty()) world_.deliver(take_next());
  }

  /// Its first handshake message comes in two fragments, each in a datagram of its own.
  void split_next() {
    if (world_.packets.empty() || world_.packets.front().bytes.empty()) return;
    World::Packet first = take_next();
    World::Packet second = first;
    const size_t at = take_index(input_, first.bytes.size());
    if (split(first.bytes, at, second.bytes)) world_.packets.push_front(std::move(second));
    world_.packets.push_front(std::move(first));
  }

  /// The next two come in one datagram.
  void join_next() {
    if (world_.packets.size() < 2) return;
    World::Packet first = take_next();
    const World::Packet second = take_next();
    first.bytes.insert(first.bytes.end(), second.bytes.begin(), second.bytes.end());
    world_.packets.push_front(std::move(first));
  }

  /// An old packet, perhaps changed, perhaps to somebody else.
  void replay() {
    if (world_.history.empty()) return;
    World::Packet packet = world_.history[take_index(input_, world_.history.size())];
    if (input_.ConsumeBool()) mutate(packet.bytes, input_);
    if (input_.ConsumeBool()) {
      packet.to = end();
      packet.line = line();
    }
    if (packet.line != World::kQuietLine) world_.deliver(packet);
  }

  FuzzedDataProvider& input_;
  World& world_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  start_over({data, size});
  FuzzedDataProvider input(data, size);
  const auto kind = static_cast<Security::Kind>(input.ConsumeIntegralInRange<uint8_t>(0, Security::kKinds - 1));
  const bool busy = input.ConsumeBool();
  const bool limited = input.ConsumeBool();
  World world(kind, {.busy = busy, .limited = limited});
  Attacker attacker(input, world);
  for (int i = 0; i < kMaxSteps && input.remaining_bytes() > 0; ++i) attacker.take_step();
  world.require_patience_ends();
  world.require_service();
  world.require_clean_end();
  return 0;
}
