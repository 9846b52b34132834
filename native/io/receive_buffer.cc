#include "receive_buffer.h"

namespace io {

void ReceiveBuffer::allocate() {
  memory_ = std::make_unique_for_overwrite<uint8_t[]>(kSlots * kSlotSize);
#ifdef __linux__
  for (size_t i = 0; i < kSlots; ++i) {
    vectors_[i] = {memory_.get() + i * kSlotSize, kSlotSize};
    headers_[i] = {};
    headers_[i].msg_hdr.msg_name = &sources_[i];
    headers_[i].msg_hdr.msg_namelen = sizeof(SocketAddress);
    headers_[i].msg_hdr.msg_iov = &vectors_[i];
    headers_[i].msg_hdr.msg_iovlen = 1;
  }
#endif
}

}  // namespace io
