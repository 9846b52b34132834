/** `avs_errno_t`: the position is the number. Position 0 means success. */
const names = [
  ...['', 'E2BIG', 'EACCES', 'EADDRINUSE', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EAGAIN', 'EALREADY', 'EBADF', 'EBADMSG'],
  ...['EBUSY', 'ECHILD', 'ECONNABORTED', 'ECONNREFUSED', 'ECONNRESET', 'EDEADLK', 'EDESTADDRREQ', 'EDOM', 'EEXIST'],
  ...['EFAULT', 'EFBIG', 'EHOSTUNREACH', 'EINPROGRESS', 'EINTR', 'EINVAL', 'EIO', 'EISCONN', 'EISDIR', 'ELOOP'],
  ...['EMFILE', 'EMLINK', 'EMSGSIZE', 'ENAMETOOLONG', 'ENETDOWN', 'ENETRESET', 'ENETUNREACH', 'ENFILE', 'ENOBUFS'],
  ...['ENODEV', 'ENOENT', 'ENOEXEC', 'ENOLINK', 'ENOMEM', 'ENOMSG', 'ENOPROTOOPT', 'ENOSPC', 'ENOSYS', 'ENOTBLK'],
  ...['ENOTCONN', 'ENOTDIR', 'ENOTEMPTY', 'ENOTSOCK', 'ENOTSUP', 'ENOTTY', 'ENXIO', 'EOVERFLOW', 'EPERM', 'EPIPE'],
  ...['EPROTO', 'EPROTONOSUPPORT', 'EPROTOTYPE', 'ERANGE', 'EROFS', 'ESPIPE', 'ESRCH', 'ETIMEDOUT', 'ETXTBSY'],
  'EXDEV',
];

/** `AVS_UNKNOWN_ERROR`: an error that `avs_errno_t` has no number for. */
export const UNKNOWN_ERROR = 65_535;

/** The number of an error name in `avs_errno_t`, which is not the system's. */
export function avsErrno(name: string): number {
  const number = names.indexOf(name);
  return number > 0 ? number : UNKNOWN_ERROR;
}
