// Preloaded into a process, makes the kernel look busy: what the next calls that send or receive datagrams return is
// read from the file that the environment variable KERNEL_PRESSURE names. script.ts writes it; both map the same
// layout.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STEPS = 64, PASS = 0, ONE_ONLY = -1 };  // any other step is an errno
enum { UNCONNECTED = 1, CONNECTED = 2 };

struct direction {
  int32_t calls;    // made so far, by targeted sockets
  int32_t next;     // index of the step for the next call
  int32_t length;   // steps in use
  int32_t forever;  // the step for every call after the last
  int32_t steps[STEPS];
};

static struct script {
  int32_t targets;  // which UDP sockets: UNCONNECTED, CONNECTED or both
  struct direction send, receive;
} * script;

__attribute__((constructor)) static void map_script(void) {
  const char* name = getenv("KERNEL_PRESSURE");
  int fd = name ? open(name, O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) abort();
  void* memory = mmap(NULL, sizeof *script, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) abort();
  script = memory;
  close(fd);
}

static int targeted(int fd) {
  int type = 0, domain = 0;
  socklen_t size = sizeof type;
  if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_DGRAM) return 0;
  if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0) return 0;
  if (domain != AF_INET && domain != AF_INET6) return 0;
  struct sockaddr_storage peer;
  socklen_t length = sizeof peer;
  int kind = getpeername(fd, (struct sockaddr*)&peer, &length) == 0 ? CONNECTED : UNCONNECTED;
  return script->targets & kind;
}

static int next_step(int fd, struct direction* direction) {
  if (!targeted(fd)) return PASS;
  ++direction->calls;
  return direction->next < direction->length ? direction->steps[direction->next++] : direction->forever;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FAIL_WITH(step) \
  if ((step) > 0) {     \
    errno = (step);     \
    return -1;          \
  }

ssize_t sendmsg(int fd, const struct msghdr* message, int flags) {
  int step = next_step(fd, &script->send);
  FAIL_WITH(step);
  return REAL(sendmsg)(fd, message, flags);
}

int sendmmsg(int fd, struct mmsghdr* messages, unsigned count, int flags) {
  int step = next_step(fd, &script->send);
  FAIL_WITH(step);
  return REAL(sendmmsg)(fd, messages, step == ONE_ONLY ? 1 : count, flags);
}

ssize_t recvmsg(int fd, struct msghdr* message, int flags) {
  int step = next_step(fd, &script->receive);
  FAIL_WITH(step);
  return REAL(recvmsg)(fd, message, flags);
}

int recvmmsg(int fd, struct mmsghdr* messages, unsigned count, int flags, struct timespec* timeout) {
  int step = next_step(fd, &script->receive);
  FAIL_WITH(step);
  return REAL(recvmmsg)(fd, messages, step == ONE_ONLY ? 1 : count, flags, timeout);
}
