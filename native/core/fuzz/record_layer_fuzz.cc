// Two record layers with the same keys, and between them somebody who has none: a model says what each may open.

#include "../record_layer.h"

#include <algorithm>
#include <optional>
#include <set>

#include "fuzz.h"
#include "mutation.h"

using core::ByteView;
using core::RecordLayer;

namespace {

constexpr int kMaxSteps = 200;
constexpr size_t kMaxRecords = 64;
constexpr uint16_t kMaxContent = 300;
constexpr uint16_t kMaxMadeUp = 400;

struct Sealed {
  uint8_t type;
  uint64_t sequence;
  std::vector<uint8_t> content;
  std::vector<uint8_t> record;
};

core::DirectionKeys make_keys() {
  core::DirectionKeys keys;
  REQUIRE(RAND_bytes(keys.key.data(), static_cast<int>(keys.key.size())) == 1);
  REQUIRE(RAND_bytes(keys.fixed_iv.data(), static_cast<int>(keys.fixed_iv.size())) == 1);
  return keys;
}

RecordLayer::State state_of(const core::CipherSuite& suite, const core::DirectionKeys& read,
                            const core::DirectionKeys& write, uint64_t first_sequence) {
  RecordLayer::State state;
  state.suite = &suite;
  state.read = read;
  state.write = write;
  state.next_write_sequence = first_sequence;
  return state;
}

class Channel {
 public:
  Channel(FuzzedDataProvider& input, const core::CipherSuite& suite)
      : input_(input), sender_(ciphers_, state_of(suite, backwards_, forwards_, take_first_sequence())),
        receiver_(std::in_place, ciphers_, state_of(suite, forwards_, backwards_, 0)) {}

  void take_step() {
    enum class Step : uint8_t { kSeal, kDeliver, kMutate, kMakeUp, kSaveAndRestore, kOwn, kMaxValue = kOwn };
    switch (input_.ConsumeEnum<Step>()) {
      case Step::kSeal:
        return seal();
      case Step::kDeliver:
        if (!sealed_.empty()) open(pick().record);
        return;
      case Step::kMutate: {
        if (sealed_.empty()) return;
        std::vector<uint8_t> record = pick().record;
        mutate(record, input_);
        return open(record);
      }
      case Step::kMakeUp:
        return open(take_bytes(input_, kMaxMadeUp));
      case Step::kSaveAndRestore: {
        RecordLayer::State state = receiver_->state();
        receiver_.emplace(ciphers_, std::move(state));
        return;
      }
      case Step::kOwn:
        if (!sealed_.empty()) open_own(pick());
        return;
    }
  }

 private:
  /// Near an end of the range, as a rule.
  uint64_t take_first_sequence() {
    const uint64_t offset = input_.ConsumeIntegral<uint16_t>();
    return input_.ConsumeBool() ? offset : RecordLayer::kLastSequence - offset;
  }

  const Sealed& pick() { return sealed_[take_index(input_, sealed_.size())]; }

  void seal() {
    if (sealed_.size() == kMaxRecords) return;
    const auto type = input_.ConsumeIntegralInRange<uint8_t>(core::content_type::kChangeCipherSpec,
                                                             core::content_type::kApplicationData);
    const std::vector<uint8_t> content = take_bytes(input_, kMaxContent);
    const uint64_t sequence = sender_.state().next_write_sequence;
    REQUIRE(sender_.can_seal() == (sequence <= RecordLayer::kLastSequence));
    std::vector<uint8_t> record(sender_.sealed_size(content.size()));
    REQUIRE(sender_.seal(type, content, record.data()) == (sequence <= RecordLayer::kLastSequence));
    if (sequence > RecordLayer::kLastSequence) return;
    REQUIRE(sender_.state().next_write_sequence == sequence + 1);

    core::RecordHeader header;
    ByteView rest = record;
    ByteView payload;
    REQUIRE(core::next_record(rest, header, payload) && rest.empty());
    REQUIRE(header.type == type && header.epoch == sender_.state().epoch && header.sequence == sequence);
    sealed_.push_back({type, sequence, content, record});
  }

  void open(const std::vector<uint8_t>& datagram) {
    core::RecordHeader header;
    ByteView rest = datagram;
    ByteView payload;
    while (core::next_record(rest, header, payload)) open(header, payload);
  }

  /// Opened is what was sealed, unchanged and for the first time; and that, unless it is too old.
  void open(const core::RecordHeader& header, ByteView payload) {
    const auto original = std::ranges::find_if(sealed_, [&](const Sealed& sealed) {
      return sealed.type == header.type && sealed.sequence == header.sequence &&
             header.epoch == sender_.state().epoch && header.version == core::kDtls12 &&
             std::ranges::equal(ByteView(sealed.record).subspan(core::RecordHeader::kSize), payload);
    });
    const bool genuine = original != sealed_.end();
    const bool fresh = !opened_.contains(header.sequence) && !too_old(header.sequence);
    const core::ReplayWindow before = receiver_->state().window;
    std::vector<uint8_t> out(payload.size());
    ByteView plaintext;
    const RecordLayer::Opened opened = receiver_->open(header, payload, out.data(), plaintext);
    REQUIRE((opened == RecordLayer::Opened::kOk) == (genuine && fresh));
    if (genuine && !fresh) REQUIRE(opened == RecordLayer::Opened::kReplayed);
    if (opened != RecordLayer::Opened::kOk) {
      REQUIRE(receiver_->state().window == before);
      return;
    }
    REQUIRE(plaintext.empty() || (plaintext.data() >= out.data() && &plaintext.back() <= &out.back()));
    REQUIRE(std::ranges::equal(plaintext, original->content));
    opened_.insert(header.sequence);
  }

  bool too_old(uint64_t sequence) const {
    return !opened_.empty() && sequence + core::ReplayWindow::kSize <= *opened_.rbegin();
  }

  void open_own(const Sealed& sealed) {
    core::RecordHeader header;
    ByteView rest = sealed.record;
    ByteView payload;
    REQUIRE(core::next_record(rest, header, payload));
    std::vector<uint8_t> out(payload.size());
    ByteView plaintext;
    REQUIRE(sender_.open_own(header, payload, out.data(), plaintext));
    REQUIRE(std::ranges::equal(plaintext, sealed.content));
  }

  FuzzedDataProvider& input_;
  const core::DirectionKeys forwards_ = make_keys();
  const core::DirectionKeys backwards_ = make_keys();
  core::CipherCache ciphers_;
  RecordLayer sender_;
  std::optional<RecordLayer> receiver_;
  std::vector<Sealed> sealed_;
  std::set<uint64_t> opened_;
};

const core::CipherSuite& suite_of(uint8_t number) {
  constexpr uint16_t kCcm8 = 0xc0a8, kCcm = 0xc0a4, kGcm = 0x00a8, kChaCha20 = 0xccab;
  const core::CipherSuite* suite = core::find_cipher_suite(std::array{kCcm8, kCcm, kGcm, kChaCha20}[number % 4]);
  REQUIRE(suite != nullptr);
  return *suite;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  start_over({data, size});
  FuzzedDataProvider input(data, size);
  Channel channel(input, suite_of(input.ConsumeIntegral<uint8_t>()));
  for (int i = 0; i < kMaxSteps && input.remaining_bytes() > 0; ++i) channel.take_step();
  return 0;
}
