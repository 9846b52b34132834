// The yardstick: a DTLS 1.2 echo server as one would write it in C for speed.
//
// One thread, epoll, recvmmsg and sendmmsg, one memory BIO for all peers. Prints
// "listening PORT" and serves until SIGTERM or SIGINT.
#include "echo_engine.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/err.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "server_arguments.h"

enum {
  TICK_MS = 100,          // grain of handshake retransmissions
  BATCHES_PER_TURN = 64,  // then epoll again, so that timers are not starved
};

static volatile sig_atomic_t stopped;

static void on_signal(int number) {
  (void)number;
  stopped = 1;
}

// A bound socket whose chosen port is stored in *port; -1 with errno set.
static int listen_on(const char* host, unsigned* port) {
  union address address;
  if (!address_parse(host, *port, &address)) {
    errno = EINVAL;
    return -1;
  }
  int fd = udp_open(address.any.sa_family);
  if (fd < 0) return -1;
  socklen_t length = sizeof address;
  if (bind(fd, &address.any, address_length(&address)) < 0 || getsockname(fd, &address.any, &length) < 0) {
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
  }
  // Both families keep the port in the same place.
  *port = ntohs(address.v4.sin_port);
  return fd;
}

static void serve_batches(struct echo_engine* engine, struct inbox* inbox, struct outbox* outbox) {
  unsigned count = BATCH_SIZE;
  for (unsigned turn = 0; turn < BATCHES_PER_TURN && count == BATCH_SIZE; turn++) {
    count = inbox_receive(inbox, outbox->fd);
    for (unsigned i = 0; i < count; i++) {
      echo_engine_receive(engine, inbox->bytes[i], inbox->headers[i].msg_len, &inbox->from[i]);
    }
    outbox_flush(outbox);
  }
}

// Returns when a signal asks for the end, or on an epoll failure.
static void serve(struct echo_engine* engine, struct inbox* inbox, struct outbox* outbox,
                  const sigset_t* while_waiting) {
  int poll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN};
  if (poll < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, outbox->fd, &event) < 0) {
    perror("epoll");
    return;
  }
  struct timespec now, ticked = {0};
  while (!stopped) {
    int timeout = echo_engine_waits(engine) ? TICK_MS : -1;
    int ready = epoll_pwait(poll, &event, 1, timeout, while_waiting);
    if (ready < 0 && errno != EINTR) break;
    if (ready > 0) serve_batches(engine, inbox, outbox);
    if (!echo_engine_waits(engine)) continue;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    if ((now.tv_sec - ticked.tv_sec) * 1000 + (now.tv_nsec - ticked.tv_nsec) / 1000000 < TICK_MS) {
      continue;
    }
    ticked = now;
    echo_engine_tick(engine);
    outbox_flush(outbox);
  }
  close(poll);
}

int main(int argc, char** argv) {
  struct server_arguments arguments;
  static struct inbox inbox;
  static struct outbox outbox;
  struct echo_engine engine;
  sigset_t handled, before;

  // No system configuration file: it may be written for another OpenSSL.
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
  server_arguments_parse(argc, argv, &arguments);
  if (arguments.exit_with_parent) prctl(PR_SET_PDEATHSIG, SIGTERM);

  // Signals are taken only while epoll waits, so none is missed.
  sigemptyset(&handled);
  sigaddset(&handled, SIGTERM);
  sigaddset(&handled, SIGINT);
  sigprocmask(SIG_BLOCK, &handled, &before);
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);

  int fd = listen_on(arguments.host, &arguments.port);
  if (fd < 0) {
    fprintf(stderr, "server: %s port %u: %s\n", arguments.host, arguments.port, strerror(errno));
    return 1;
  }
  inbox_init(&inbox);
  outbox_init(&outbox, fd);
  bool ready = echo_engine_init(&engine, &arguments.echo, &outbox);
  if (ready) {
    printf("listening %u\n", arguments.port);
    fflush(stdout);
    serve(&engine, &inbox, &outbox, &before);
    fprintf(stderr,
            "handshakes %" PRIu64 " failures %" PRIu64 " echoes %" PRIu64 " closed %" PRIu64 " sent %" PRIu64
            " dropped %" PRIu64 "\n",
            engine.counters.handshakes, engine.counters.failures, engine.counters.echoes, engine.counters.closed,
            outbox.sent, outbox.dropped);
  } else {
    ERR_print_errors_fp(stderr);
  }
  echo_engine_free(&engine);
  close(fd);
  return ready ? 0 : 1;
}
