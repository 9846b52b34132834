#pragma once

#include "record.h"

namespace core {

enum class Role : uint8_t { kClient, kServer };

/// Whether an unprotected record of a handshake may be shown to libssl on the side of `role`. RFC 6347 4.1.2.7 wants
/// invalid records dropped in silence; libssl ends the handshake at most of them, and anybody can send one. Lets pass
/// whole and plausible handshake fragments that this side may receive, ChangeCipherSpec, fatal alerts and close_notify.
/// `max_message` bounds a handshake message: libssl allocates for the announced size of each, ten messages ahead.
bool acceptable_plain_record(const RecordHeader& record, ByteView payload, Role role, size_t max_message);

}  // namespace core
