#include "fault_settings.h"

#include <limits>

#include "../core/faults/record_scan.h"
#include "../io/sockaddr.h"
#include "properties.h"

namespace binding {

namespace {

constexpr uint64_t kMax32 = std::numeric_limits<uint32_t>::max();
constexpr uint64_t kMaxMicros = uint64_t{1} << 52;
constexpr uint64_t kMaxSeed = uint64_t{1} << 53;
constexpr uint64_t kMaxCopies = 16;
constexpr uint64_t kMaxBits = 64;
constexpr uint64_t kMaxBytes = 65535;

uint32_t natural32(Properties& properties, const char* name, uint64_t limit = kMax32) {
  return static_cast<uint32_t>(properties.natural(name, limit));
}

core::FaultRule read_rule(Properties& properties) {
  core::FaultRule rule;
  rule.fault = static_cast<core::Fault>(properties.natural("fault", core::kFaultKinds - 1));
  rule.records = static_cast<uint16_t>(properties.natural("records", core::kEveryRecord));
  rule.handshakes = natural32(properties, "handshakes");
  rule.from = properties.natural("fromMicros", kMaxMicros);
  if (!properties.is_null("toMicros")) rule.to = properties.natural("toMicros", kMaxMicros);
  rule.period = properties.natural("periodMicros", kMaxMicros);
  rule.larger_than = natural32(properties, "largerThan", kMaxBytes);
  rule.per_peer = properties.boolean("perPeer");
  rule.first = natural32(properties, "first");
  rule.last = natural32(properties, "last");
  rule.step = natural32(properties, "step");
  properties.expect(rule.step > 0, "step", "above 0");
  rule.limit = natural32(properties, "limit");
  rule.probability = properties.natural("probability", uint64_t{1} << 32);
  rule.copies = natural32(properties, "copies", kMaxCopies);
  rule.bits = natural32(properties, "bits", kMaxBits);
  rule.places = natural32(properties, "places");
  properties.expect(rule.places > 0, "places", "above 0");
  rule.delay = properties.natural("delayMicros", kMaxMicros);
  rule.jitter = properties.natural("jitterMicros", kMaxMicros);
  properties.expect(rule.jitter <= rule.delay, "jitterMicros", "at most delayMicros");
  rule.in_order = properties.boolean("inOrder");
  if (!properties.is_null("keep")) rule.keep = natural32(properties, "keep", kMaxBytes);
  rule.reported = properties.boolean("reported");
  if (!properties.is_null("localAddress")) {
    rule.local = io::parse_address(properties.text("localAddress"), 0);
    properties.expect(rule.local.has_value(), "localAddress", "a numeric address");
  }
  return rule;
}

/// `array` stays referenced for as long as somebody counts there.
template <typename T>
std::shared_ptr<T> memory_in(Napi::Env env, Napi::Value array, uint64_t* memory) {
  napi_ref reference = nullptr;
  napi_create_reference(env, array, 1, &reference);
  return {reinterpret_cast<T*>(memory),
          [env = napi_env(env), reference](T*) { napi_delete_reference(env, reference); }};
}

}  // namespace

std::optional<FaultSettings> read_fault_settings(Napi::Env env, Napi::Value object) {
  Properties properties(env, object, "faults");
  FaultSettings result;
  result.rules.seed = properties.natural("seed", kMaxSeed);
  properties.each_object("send", [&](Properties& rule) { result.rules.send.push_back(read_rule(rule)); });
  properties.each_object("receive", [&](Properties& rule) { result.rules.receive.push_back(read_rule(rule)); });
  const size_t rules = result.rules.send.size() + result.rules.receive.size();
  const auto counters = properties.uint64s("counters");
  properties.expect(counters.length >= core::kDirections * core::kFaultCounterCount, "counters", "long enough");
  const auto rule_counters = properties.uint64s("ruleCounters");
  properties.expect(rule_counters.length >= rules * core::kRuleCounterCount, "ruleCounters", "long enough");
  if (!properties.valid()) return std::nullopt;
  result.memory.directions = memory_in<core::FaultCounters>(env, properties.value("counters"), counters.data);
  result.memory.rules = memory_in<core::RuleCounters>(env, properties.value("ruleCounters"), rule_counters.data);
  return result;
}

}  // namespace binding
