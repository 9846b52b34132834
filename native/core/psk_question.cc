#include "psk_question.h"

namespace core {

bool PskQuestion::concerns(const RecordHeader& header, ByteView payload) const {
  constexpr uint8_t kClientHello = 1;
  if (state_ == State::kSettled) return false;
  if (header.epoch != 0 || header.type == content_type::kChangeCipherSpec) return true;
  return header.type == content_type::kHandshake && !payload.empty() && payload[0] != kClientHello;
}

bool PskQuestion::hold(const RecordHeader& header, ByteView record) {
  if (header.epoch == 0 && header.type == content_type::kHandshake) reader_.read(record.subspan(RecordHeader::kSize));
  return held_.hold(header, record);
}

std::vector<uint8_t> PskQuestion::settle() {
  state_ = State::kSettled;
  return held_.release();
}

}  // namespace core
