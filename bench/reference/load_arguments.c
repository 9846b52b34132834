#include "load_arguments.h"

#include <stdio.h>
#include <string.h>

#include "dtls_arguments.h"

static void fail(void) {
  fputs(
      "usage: load --mode handshake|echo|hold --port PORT [--host ADDRESS]\n"
      "  [--peers N] [--window N] [--burst N] [--operations N] [--size BYTES]\n" DTLS_USAGE
      "  [--resume id|ticket] [--server-pid PID] [--exit-with-parent]\n",
      stderr);
  exit(2);
}

static bool make_sense(const struct load_options* options) {
  bool handshakes = strcmp(options->mode, "handshake") == 0;
  bool known = handshakes || strcmp(options->mode, "echo") == 0 || strcmp(options->mode, "hold") == 0;
  return known && options->port > 0 && options->port < 65536 && options->peers > 0 && options->window > 0 &&
         options->burst > 0 && options->burst <= BATCH_SIZE && options->operations > 0 &&
         options->size >= MESSAGE_MIN && options->size <= WIRE_MTU - 32 &&
         (handshakes || options->resume == RESUME_NONE) && !options->dtls.certificates == !options->dtls.private_key;
}

static enum resumption resumption_named(const char* name) {
  if (strcmp(name, "id") == 0) return RESUME_ID;
  if (strcmp(name, "ticket") != 0) fail();
  return RESUME_TICKET;
}

void load_arguments_parse(int argc, char** argv, struct load_options* options) {
  static const struct option names[] = {
      DTLS_ARGUMENTS,
      {"mode", required_argument, NULL, 'm'},
      {"host", required_argument, NULL, 'h'},
      {"port", required_argument, NULL, 'p'},
      {"peers", required_argument, NULL, 'n'},
      {"window", required_argument, NULL, 'w'},
      {"burst", required_argument, NULL, 'b'},
      {"operations", required_argument, NULL, 'o'},
      {"size", required_argument, NULL, 's'},
      {"resume", required_argument, NULL, 'r'},
      {"server-pid", required_argument, NULL, 'P'},
      {"exit-with-parent", no_argument, NULL, 'e'},
      {0},
  };
  *options = (struct load_options){
      .mode = "",
      .host = "127.0.0.1",
      .peers = 256,
      .window = 32,
      .burst = 4,
      .operations = 10000,
      .size = 64,
  };
  dtls_arguments_init(&options->dtls);
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
      case 'r':
        options->resume = resumption_named(optarg);
        break;
      case 'P':
        options->server_pid = (int)number;
        break;
      case 'e':
        options->exit_with_parent = true;
        break;
      default:
        if (!dtls_arguments_take(&options->dtls, letter, optarg)) fail();
    }
  }
  if (optind != argc || !make_sense(options)) fail();
}
