#include "address.h"

#include <cstdio>
#include <cstring>

namespace core {
namespace {

uint64_t mix(uint64_t value) {
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93ull;
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93ull;
  return value ^ value >> 32;
}

std::string ipv4_text(const std::array<uint8_t, 16>& ip) {
  char text[16];
  const int length = std::snprintf(text, sizeof text, "%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
  return {text, static_cast<size_t>(length)};
}

/// Start and length of the longest run of zero groups, length 0 when no run is longer than one (RFC 5952 4.2).
struct ZeroRun {
  int start = 0;
  int length = 0;
};

ZeroRun longest_zero_run(const std::array<uint16_t, 8>& groups) {
  ZeroRun best;
  for (int start = 0; start < 8; ++start) {
    int end = start;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - start > best.length) best = {start, end - start};
    if (end > start) start = end;
  }
  return best.length > 1 ? best : ZeroRun{};
}

std::string ipv6_text(const std::array<uint8_t, 16>& ip, uint32_t scope) {
  std::array<uint16_t, 8> groups;
  for (int i = 0; i < 8; ++i) groups[i] = static_cast<uint16_t>(ip[2 * i] << 8 | ip[2 * i + 1]);
  const ZeroRun run = longest_zero_run(groups);

  std::string text;
  char group[12];
  for (int i = 0; i < 8; ++i) {
    if (run.length > 0 && i == run.start) {
      text += "::";
      i += run.length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    std::snprintf(group, sizeof group, "%x", groups[i]);
    text += group;
  }
  if (scope != 0) {
    std::snprintf(group, sizeof group, "%%%u", scope);
    text += group;
  }
  return text;
}

}  // namespace

uint64_t Address::hash(uint64_t seed) const {
  std::array<uint64_t, 4> words;
  std::memcpy(&words[0], ip.data(), ip.size());
  std::memcpy(&words[2], local.data(), local.size());
  uint64_t hash = seed ^ (static_cast<uint64_t>(scope) << 32 | static_cast<uint64_t>(family) << 16 | port);
  hash = mix(hash ^ words[0]);
  if (family != 4) hash = mix(hash ^ words[1]);
  hash = mix(hash ^ words[2]);
  return family == 4 ? hash : mix(hash ^ words[3]);
}

std::string Address::ip_text() const {
  if (family == 4) return ipv4_text(ip);
  if (family == 6) return ipv6_text(ip, scope);
  return {};
}

}  // namespace core
