#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

uint64_t process_cpu(int pid) {
  clockid_t clock;
  struct timespec time;
  if (pid == 0) return 0;
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) {
    fprintf(stderr, "load: no CPU time of process %d\n", pid);
    exit(1);
  }
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// Until report_end() the result holds the readings at the beginning.
void report_begin(struct load* load) {
  const struct load_options* options = load->options;
  const uint64_t not_open = load->result.failures;
  samples_free(&load->result.latency);
  load->result = (struct load_result){.failures = not_open};
  if (!samples_init(&load->result.latency, options->operations)) abort();
  load->result.datagrams_out = load->outbox.sent;
  load->result.wall = now_ns();
  load->result.server_cpu = process_cpu(options->server_pid);
  load->result.client_cpu = process_cpu(getpid());
}

void report_end(struct load* load) {
  struct load_result* result = &load->result;
  result->server_cpu = process_cpu(load->options->server_pid) - result->server_cpu;
  result->client_cpu = process_cpu(getpid()) - result->client_cpu;
  result->wall = now_ns() - result->wall;
  result->datagrams_out = load->outbox.sent - result->datagrams_out;
  samples_sort(&result->latency);
}

void report_event(const char* event, const struct load* load) {
  const struct load_options* options = load->options;
  const struct load_result* result = &load->result;
  printf("{\"event\":\"%s\",\"peers\":%u,\"size\":%u,\"operations\":%" PRIu64 ",\"failures\":%" PRIu64
         ",\"retransmissions\":%" PRIu64 ",\"datagrams_in\":%" PRIu64 ",\"datagrams_out\":%" PRIu64
         ",\"close_replies\":%" PRIu64,
         event, options->peers, options->size, result->operations, result->failures, result->retransmissions,
         result->datagrams_in, result->datagrams_out, result->close_replies);
  printf(",\"wall_seconds\":%.6f,\"server_cpu_seconds\":%.6f,\"client_cpu_seconds\":%.6f", (double)result->wall / 1e9,
         (double)result->server_cpu / 1e9, (double)result->client_cpu / 1e9);
  printf(",\"latency_us\":{\"p50\":%.1f,\"p99\":%.1f,\"max\":%.1f}}\n", samples_at(&result->latency, 0.5),
         samples_at(&result->latency, 0.99), samples_at(&result->latency, 1));
  fflush(stdout);
}
