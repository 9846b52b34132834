#include "io_error.h"

#include <uv.h>

namespace io {

IoError invalid_address(const char* syscall) { return {UV_EINVAL, syscall}; }

IoError family_mismatch(const char* syscall) { return {UV_EAFNOSUPPORT, syscall}; }

std::string error_name(int number) {
  char name[32];
  return uv_err_name_r(number, name, sizeof name);
}

bool is_passing_error(int number) {
  switch (number) {
    case UV_EMSGSIZE:
    case UV_ENOMEM:
    case UV_ENOBUFS:
      return true;
    default:
      return is_unreachable_error(number);
  }
}

bool is_unreachable_error(int number) {
  switch (number) {
    case UV_ECONNREFUSED:
    case UV_ECONNRESET:
    case UV_EHOSTUNREACH:
    case UV_EHOSTDOWN:
    case UV_ENETUNREACH:
    case UV_ENETDOWN:
    case UV_ENOPROTOOPT:
    case UV_EPROTO:
    case UV_ETIMEDOUT:
    case UV_EACCES:
    case UV_EPERM:
    case UV_EADDRNOTAVAIL:
      return true;
    default:
      return false;
  }
}

}  // namespace io
