#pragma once

#include <algorithm>

#include "step.h"
#include "world.h"

/// Writes what FuzzedDataProvider reads: numbers from the end of the input, bytes from its beginning.
class InputWriter {
 public:
  /// As ConsumeIntegralInRange() takes it, with `size` bytes for its range.
  InputWriter& number(uint32_t value, int size = 1) {
    for (int i = size - 1; i >= 0; --i) numbers_.push_back(static_cast<uint8_t>(value >> 8 * i));
    return *this;
  }
  InputWriter& raw(const std::vector<uint8_t>& bytes) {
    raw_.insert(raw_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  /// As take_bytes() takes it.
  InputWriter& datagram(const std::vector<uint8_t>& bytes) {
    return number(static_cast<uint32_t>(bytes.size()), 2).raw(bytes);
  }
  std::vector<uint8_t> bytes() const {
    std::vector<uint8_t> all = raw_;
    all.insert(all.end(), numbers_.rbegin(), numbers_.rend());
    return all;
  }

 private:
  std::vector<uint8_t> raw_;
  std::vector<uint8_t> numbers_;
};

/// An input of engine_receive_fuzz. The client is end 0, on line 0.
class Script {
 public:
  explicit Script(Security::Kind kind, bool busy = false) { writer_.number(kind).number(busy ? 1 : 0).number(0); }

  Script& step(Step step) {
    writer_.number(static_cast<uint8_t>(step));
    return *this;
  }
  Script& connect(World::Credentials credentials = World::Credentials::kRight) {
    return step(Step::kConnect).on(0).with(static_cast<uint8_t>(credentials));
  }
  Script& deliver(int count) {
    for (int i = 0; i < count; ++i) step(Step::kDeliver);
    return *this;
  }
  Script& deliver_all() { return step(Step::kDeliverAll); }
  /// Each datagram twice.
  Script& repeat_all(int count) {
    for (int i = 0; i < count; ++i) step(Step::kRepeat).step(Step::kDeliver);
    return *this;
  }
  Script& send(uint8_t end, uint16_t size) { return step(Step::kSend).on(end).with(size, 2); }
  Script& close(uint8_t end, bool goodbye = true) { return step(Step::kClose).on(end).with(goodbye ? 1 : 0); }
  Script& wait(uint16_t milliseconds) { return step(Step::kWait).with(milliseconds, 2); }
  Script& split(uint16_t at) { return step(Step::kSplit).with(at, 2); }
  Script& replay(uint16_t index) { return step(Step::kReplay).with(index, 2).with(0).with(0); }
  Script& mutate(uint16_t at, uint8_t value) { return step(Step::kMutate).with(0).with(0).with(at, 2).with(value); }
  /// The next packet becomes that short, and its record says so.
  Script& cut(uint16_t size) { return step(Step::kMutate).with(1).with(2).with(size, 2).with(5); }
  Script& answer(World::Answer answer) {
    return step(Step::kAnswerSession).on_end(1).with(static_cast<uint8_t>(answer)).with(0, 2);
  }

  Script& defer(bool deferring) { return step(Step::kDefer).with(deferring ? 1 : 0); }

  std::vector<uint8_t> bytes() const { return writer_.bytes(); }

 private:
  Script& with(uint32_t value, int size = 1) {
    writer_.number(value, size);
    return *this;
  }
  Script& on_end(uint8_t end) { return with(end); }
  Script& on(uint8_t end) { return with(end).with(0); }

  InputWriter writer_;
};
