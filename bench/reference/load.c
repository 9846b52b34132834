// Command line and report of the load generator: runs one mode, prints one JSON line.
#include "load.h"

#include <getopt.h>
#include <inttypes.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static void usage(FILE* to) {
  fputs(
      "usage: load --mode handshake|echo|hold --port PORT [--host ADDRESS]\n"
      "            [--peers N] [--window N] [--burst N] [--operations N] [--size BYTES]\n"
      "            [--server-pid PID] [--cipher OPENSSL-NAME] [--psk-identity TEXT]\n"
      "            [--psk-key HEX] [--exit-with-parent]\n",
      to);
}

static bool options_make_sense(const struct load_options* options) {
  bool known = strcmp(options->mode, "handshake") == 0 || strcmp(options->mode, "echo") == 0 ||
               strcmp(options->mode, "hold") == 0;
  return known && options->port > 0 && options->port < 65536 && options->peers > 0 && options->window > 0 &&
         options->burst > 0 && options->burst <= BATCH_SIZE && options->operations > 0 &&
         options->size >= MESSAGE_MIN && options->size <= WIRE_MTU - 32;
}

static void parse_arguments(int argc, char** argv, struct load_options* options) {
  static const struct option names[] = {
      {"mode", required_argument, NULL, 'm'},         {"host", required_argument, NULL, 'h'},
      {"port", required_argument, NULL, 'p'},         {"peers", required_argument, NULL, 'n'},
      {"window", required_argument, NULL, 'w'},       {"burst", required_argument, NULL, 'b'},
      {"operations", required_argument, NULL, 'o'},   {"size", required_argument, NULL, 's'},
      {"server-pid", required_argument, NULL, 'P'},   {"cipher", required_argument, NULL, 'c'},
      {"psk-identity", required_argument, NULL, 'i'}, {"psk-key", required_argument, NULL, 'k'},
      {"exit-with-parent", no_argument, NULL, 'e'},   {0},
  };
  *options = (struct load_options){
      .mode = "",
      .host = "127.0.0.1",
      .peers = 256,
      .window = 32,
      .burst = 4,
      .operations = 10000,
      .size = 64,
      .cipher = "PSK-AES128-CCM8",
      .identity = "client1",
  };
  const char* key = "000102030405060708090a0b0c0d0e0f";
  for (int letter; (letter = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    unsigned number = optarg ? (unsigned)strtoul(optarg, NULL, 10) : 0;
    switch (letter) {
      case 'm':
        options->mode = optarg;
        break;
      case 'h':
        options->host = optarg;
        break;
      case 'p':
        options->port = number;
        break;
      case 'n':
        options->peers = number;
        break;
      case 'w':
        options->window = number;
        break;
      case 'b':
        options->burst = number;
        break;
      case 'o':
        options->operations = number;
        break;
      case 's':
        options->size = number;
        break;
      case 'P':
        options->server_pid = (int)number;
        break;
      case 'c':
        options->cipher = optarg;
        break;
      case 'i':
        options->identity = optarg;
        break;
      case 'k':
        key = optarg;
        break;
      case 'e':
        options->exit_with_parent = true;
        break;
      default:
        usage(stderr);
        exit(2);
    }
  }
  if (optind != argc || !hex_key_parse(key, &options->key) || !options_make_sense(options)) {
    usage(stderr);
    exit(2);
  }
}

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
  parse_arguments(argc, argv, &options);
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
