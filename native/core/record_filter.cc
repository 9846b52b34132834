#include "record_filter.h"

namespace core {
namespace {

constexpr size_t kHandshakeHeader = 12;
constexpr uint8_t kWarning = 1;
constexpr uint8_t kFatal = 2;
constexpr uint8_t kCloseNotify = 0;

/// HandshakeType (RFC 5246 7.4, RFC 6347 4.3.2) that may come unprotected.
bool may_receive(uint8_t type, Role role) {
  switch (type) {
    case 1:   // client_hello
    case 15:  // certificate_verify
    case 16:  // client_key_exchange
      return role == Role::kServer;
    case 2:   // server_hello
    case 3:   // hello_verify_request
    case 4:   // new_session_ticket
    case 12:  // server_key_exchange
    case 13:  // certificate_request
    case 14:  // server_hello_done
    case 22:  // certificate_status
      return role == Role::kClient;
    case 11:  // certificate
      return true;
    default:
      return false;
  }
}

bool acceptable_fragments(ByteView payload, Role role, size_t max_message) {
  if (payload.empty()) return false;
  while (!payload.empty()) {
    if (payload.size() < kHandshakeHeader) return false;
    const uint32_t message = read_u24(&payload[1]);
    const uint32_t offset = read_u24(&payload[6]);
    const uint32_t length = read_u24(&payload[9]);
    if (!may_receive(payload[0], role) || message > max_message) return false;
    if (offset > message || length > message - offset || length > payload.size() - kHandshakeHeader) return false;
    if (length == 0 && message != 0) return false;  // libssl takes it for the whole message
    payload = payload.subspan(kHandshakeHeader + length);
  }
  return true;
}

}  // namespace

bool acceptable_plain_record(const RecordHeader& record, ByteView payload, Role role, size_t max_message) {
  switch (record.type) {
    case content_type::kChangeCipherSpec:
      return payload.size() == 1 && payload[0] == 1;
    case content_type::kAlert:
      return payload.size() == 2 && (payload[0] == kFatal || (payload[0] == kWarning && payload[1] == kCloseNotify));
    case content_type::kHandshake:
      return acceptable_fragments(payload, role, max_message);
    default:
      return false;
  }
}

}  // namespace core
