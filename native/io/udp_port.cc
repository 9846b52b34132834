#include "udp_port.h"

#include <uv.h>

#include "udp_fd.h"

namespace io {

#ifndef _WIN32

IoError UdpPort::open(const SocketOptions& options) { return open_udp_fd(options, fd_); }

int UdpPort::descriptor() const { return fd_.value(); }

core::Address UdpPort::local_address() const { return local_address_of(fd_.value()); }

void UdpPort::close() { fd_.reset(); }

#else

IoError UdpPort::open(const SocketOptions&) { return {UV_ENOTSUP, "setsockopt"}; }

int UdpPort::descriptor() const { return -1; }

core::Address UdpPort::local_address() const { return {}; }

void UdpPort::close() {}

#endif

}  // namespace io
