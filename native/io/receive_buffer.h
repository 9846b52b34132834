#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#ifdef __linux__
#include <sys/socket.h>

#include <array>

#include "packet_info.h"
#include "sockaddr.h"
#endif

namespace io {

/// Where datagrams land. One per reactor, used by whichever socket is reading and only within one callback: a socket
/// of its own costs no buffer. Memory is taken with the first datagram.
class ReceiveBuffer {
 public:
  /// Datagrams per system call: the gain is flat from about twenty on.
  static constexpr size_t kSlots = 32;
  /// Any DTLS record fits (2^14 + 2048 + 13), so what does not is no DTLS. Whole cache lines, but no multiple of 4,096
  /// bytes on purpose: the heads of all slots would fall into the same few cache sets.
  static constexpr size_t kSlotSize = 64 * 289;

  ReceiveBuffer() = default;
  ReceiveBuffer(const ReceiveBuffer&) = delete;
  ReceiveBuffer& operator=(const ReceiveBuffer&) = delete;

  uint8_t* slot(size_t i) {
    if (!memory_) allocate();
    return memory_.get() + i * kSlotSize;
  }

#ifdef __linux__
  /// Headers for recvmmsg that point at the slots and at source(), ready for a call; with room for a PacketInfo each
  /// when the socket asks for them.
  mmsghdr* headers(bool packet_info) {
    if (!memory_) allocate();
    if (packet_info != packet_info_) {
      packet_info_ = packet_info;
      rearm(kSlots);
    }
    return headers_.data();
  }
  const SocketAddress& source(size_t i) const { return sources_[i]; }
  /// Makes the first `used` headers ready again.
  void rearm(size_t used) {
    for (size_t i = 0; i < used; ++i) {
      headers_[i].msg_hdr.msg_namelen = sizeof(SocketAddress);
      headers_[i].msg_hdr.msg_control = packet_info_ ? &controls_[i] : nullptr;
      headers_[i].msg_hdr.msg_controllen = packet_info_ ? sizeof(PacketInfo) : 0;
    }
  }
#endif

 private:
  void allocate();

  std::unique_ptr<uint8_t[]> memory_;
#ifdef __linux__
  std::array<mmsghdr, kSlots> headers_;
  std::array<iovec, kSlots> vectors_;
  std::array<SocketAddress, kSlots> sources_;
  std::array<PacketInfo, kSlots> controls_;
  bool packet_info_ = false;
#endif
};

}  // namespace io
