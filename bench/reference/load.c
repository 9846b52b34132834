// The load generator: runs one mode, prints one JSON line.
#include "load.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "load_arguments.h"

// CPU time of all threads of a process, user and system, ended threads included.
static uint64_t process_cpu(int pid) {
  clockid_t clock;
  struct timespec time;
  if (pid == 0) return 0;
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) {
    fprintf(stderr, "load: no CPU time of process %d\n", pid);
    exit(1);
  }
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// Runs the mode. Only what lies between the two clock readings is reported.
static void measure(struct load* load) {
  const struct load_options* options = load->options;
  bool echo = strcmp(options->mode, "echo") == 0;
  if (echo) run_handshakes(load, options->peers, options->window, true);
  if (options->resume != RESUME_NONE) run_first_handshakes(load, options->window);
  uint64_t not_open = load->result.failures;
  samples_free(&load->result.latency);
  load->result = (struct load_result){.failures = not_open};
  if (!samples_init(&load->result.latency, options->operations)) abort();

  uint64_t sent = load->outbox.sent;
  uint64_t wall = now_ns();
  uint64_t server_cpu = process_cpu(options->server_pid), client_cpu = process_cpu(getpid());
  if (echo) {
    run_echoes(load, options->operations, options->size, options->burst);
  } else {
    run_handshakes(load, options->operations, options->window, false);
  }
  load->result.server_cpu = process_cpu(options->server_pid) - server_cpu;
  load->result.client_cpu = process_cpu(getpid()) - client_cpu;
  load->result.wall = now_ns() - wall;
  load->result.datagrams_out = load->outbox.sent - sent;
}

static void report(const struct load* load) {
  const struct load_options* options = load->options;
  const struct load_result* result = &load->result;
  printf("{\"mode\":\"%s\",\"peers\":%u,\"size\":%u,\"operations\":%" PRIu64 ",\"failures\":%" PRIu64
         ",\"retransmissions\":%" PRIu64 ",\"datagrams_in\":%" PRIu64 ",\"datagrams_out\":%" PRIu64
         ",\"close_replies\":%" PRIu64,
         options->mode, options->peers, options->size, result->operations, result->failures, result->retransmissions,
         result->datagrams_in, result->datagrams_out, result->close_replies);
  printf(",\"wall_seconds\":%.6f,\"server_cpu_seconds\":%.6f,\"client_cpu_seconds\":%.6f", (double)result->wall / 1e9,
         (double)result->server_cpu / 1e9, (double)result->client_cpu / 1e9);
  printf(",\"latency_us\":{\"p50\":%.1f,\"p99\":%.1f,\"max\":%.1f}}\n", samples_at(&result->latency, 0.5),
         samples_at(&result->latency, 0.99), samples_at(&result->latency, 1));
}

int main(int argc, char** argv) {
  static struct load load;
  struct load_options options;
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
  load_arguments_parse(argc, argv, &options);
  if (options.exit_with_parent) prctl(PR_SET_PDEATHSIG, SIGTERM);
  bool ready = load_init(&load, &options);
  if (ready) {
    if (strcmp(options.mode, "hold") == 0) {
      run_hold(&load);
    } else {
      measure(&load);
      samples_sort(&load.result.latency);
      report(&load);
    }
    for (unsigned i = 0; i < options.peers; i++) {
      if (load.clients[i].state != CLIENT_OPEN) continue;
      client_end(&load, &load.clients[i]);
      client_flush(&load, &load.clients[i]);
    }
  }
  load_free(&load);
  return ready ? 0 : 1;
}
