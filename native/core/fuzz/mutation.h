#pragma once

#include "fuzz.h"

/// A few changes to a datagram, as the input wants them.
void mutate(std::vector<uint8_t>& datagram, FuzzedDataProvider& input);

/// Cuts the first record of `datagram` so that the handshake message in it comes in two fragments, the first one of
/// `size` bytes at most, and puts the second into `other`, in a record of a later sequence number. False, and nothing
/// is changed, when there is no message that could be cut.
bool split(std::vector<uint8_t>& datagram, size_t size, std::vector<uint8_t>& other);
