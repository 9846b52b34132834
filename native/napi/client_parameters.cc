#include "client_parameters.h"

#include <string>
#include <utility>

#include "../core/psk_table.h"
#include "properties.h"

namespace binding {

namespace {

constexpr uint64_t kMaxDatagram = 65535;
constexpr uint64_t kMaxTimeoutMicros = 4'294'967'000;
constexpr uint64_t kMaxOctet = 255;

/// Neither identity nor key: no PSK.
void read_psk(Properties& properties, core::ClientParameters& out) {
  const core::ByteView identity = properties.bytes("pskIdentity");
  const core::ByteView key = properties.bytes("pskKey");
  if (identity.empty() && key.empty()) return;
  out.psk_identity.assign(identity.begin(), identity.end());
  properties.expect(core::PskTable::valid_identity(out.psk_identity), "pskIdentity", "a PSK identity");
  if (properties.expect(core::PskTable::valid_key(key), "pskKey", "a PSK key")) out.psk_key = core::Secret(key);
}

/// libssl would take a name up to its first NUL for the whole.
std::string read_name(Properties& properties, const char* name) {
  std::string text = properties.text(name);
  properties.expect(text.find('\0') == std::string::npos, name, "a host name");
  return text;
}

core::TlsaRecord read_tlsa(Properties& properties) {
  core::TlsaRecord record;
  record.usage = static_cast<uint8_t>(properties.natural("usage", kMaxOctet));
  record.selector = static_cast<uint8_t>(properties.natural("selector", kMaxOctet));
  record.matching_type = static_cast<uint8_t>(properties.natural("matchingType", kMaxOctet));
  const core::ByteView data = properties.bytes("data");
  record.data.assign(data.begin(), data.end());
  return record;
}

}  // namespace

std::optional<core::ClientParameters> read_client_parameters(Napi::Env env, Napi::Value object) {
  Properties properties(env, object, "parameters");
  core::ClientParameters result;
  read_psk(properties, result);
  result.server_name = read_name(properties, "serverName");
  result.verify_name = read_name(properties, "verifyName");
  properties.each_object("tlsa", [&result](Properties& record) { result.tlsa.push_back(read_tlsa(record)); });
  for (const core::ByteView certificate : properties.bytes_list("certificates")) {
    result.certificates.emplace_back(certificate.begin(), certificate.end());
  }
  result.private_key = core::Secret(properties.bytes_or_null("privateKey"));
  const core::ByteView session = properties.bytes("session");
  result.session.assign(session.begin(), session.end());
  result.mtu = static_cast<int>(properties.natural("mtu", kMaxDatagram));
  result.min_timeout = properties.natural("minTimeoutMicros", kMaxTimeoutMicros);
  result.max_timeout = properties.natural("maxTimeoutMicros", kMaxTimeoutMicros);
  if (!properties.valid()) return std::nullopt;
  return result;
}

}  // namespace binding
