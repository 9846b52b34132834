#pragma once

#include <cstdint>

#include "bytes.h"

namespace core {

/// DTLS record header (RFC 6347 4.1).
struct RecordHeader {
  static constexpr size_t kSize = 13;
  static constexpr size_t kMaxPayload = 16384 + 2048;

  uint8_t type;
  uint16_t version;
  uint16_t epoch;
  uint64_t sequence;  ///< 48 bits
  uint16_t length;
};

namespace content_type {
constexpr uint8_t kChangeCipherSpec = 20;
constexpr uint8_t kAlert = 21;
constexpr uint8_t kHandshake = 22;
constexpr uint8_t kApplicationData = 23;
constexpr uint8_t kTls12Cid = 25;  ///< RFC 9146
}  // namespace content_type

constexpr uint16_t kDtls10 = 0xfeff;
constexpr uint16_t kDtls12 = 0xfefd;

/// Writes the header of a DTLS 1.2 record: kSize bytes.
inline void write_record_header(uint8_t* out, uint8_t type, uint16_t epoch, uint64_t sequence, size_t length) {
  out[0] = type;
  write_u16(out + 1, kDtls12);
  write_u16(out + 3, epoch);
  write_u24(out + 5, static_cast<uint32_t>(sequence >> 24));
  write_u24(out + 8, static_cast<uint32_t>(sequence & 0xffffff));
  write_u16(out + 11, static_cast<uint16_t>(length));
}

/// Takes the next record off the front of `datagram`. False when what is left does not start with a complete record
/// of a DTLS version; `datagram` is then untouched.
inline bool next_record(ByteView& datagram, RecordHeader& header, ByteView& payload) {
  if (datagram.size() < RecordHeader::kSize) return false;
  const uint8_t* p = datagram.data();
  header.type = p[0];
  header.version = read_u16(p + 1);
  header.epoch = read_u16(p + 3);
  header.sequence = static_cast<uint64_t>(read_u24(p + 5)) << 24 | read_u24(p + 8);
  header.length = read_u16(p + 11);
  if (header.type < content_type::kChangeCipherSpec || header.type > content_type::kTls12Cid) return false;
  if (header.version >> 8 != 0xfe) return false;
  if (header.length > RecordHeader::kMaxPayload || header.length > datagram.size() - RecordHeader::kSize) return false;
  payload = datagram.subspan(RecordHeader::kSize, header.length);
  datagram = datagram.subspan(RecordHeader::kSize + header.length);
  return true;
}

}  // namespace core
