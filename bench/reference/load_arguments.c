#include "load_arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dtls_arguments.h"

static void fail(void) {
  fputs(
      "usage: load --mode handshake|echo|hold|half-open|flood --port PORT\n"
      "  [--peers N] [--window N] [--operations N] [--size BYTES]\n"
      "  [--rate HELLOS-PER-SECOND] [--seconds N] [--resume id|ticket]\n" DTLS_USAGE
      "  [--server-pid PID] [--exit-with-parent]\n"
      "The server is on 127.0.0.1. Modes other than flood wait for a line of input when\n"
      "all clients stand; echo measures once per line, until the input ends.\n",
      stderr);
  exit(2);
}

static enum mode mode_named(const char* name) {
  static const char* const names[] = {
      [MODE_HANDSHAKE] = "handshake", [MODE_ECHO] = "echo",   [MODE_HOLD] = "hold",
      [MODE_HALF_OPEN] = "half-open", [MODE_FLOOD] = "flood",
  };
  for (unsigned mode = 0; mode < sizeof names / sizeof *names; mode++) {
    if (strcmp(names[mode], name) == 0) return mode;
  }
  fail();
  abort();
}

static bool make_sense(const struct load_options* options) {
  return options->port > 0 && options->port < 65536 && options->peers > 0 && options->peers <= CROWD_MAX &&
         options->window > 0 && options->operations > 0 && options->seconds > 0 && options->size >= MESSAGE_MIN &&
         options->size <= MESSAGE_MAX && (options->mode == MODE_HANDSHAKE || options->resume == RESUME_NONE) &&
         !options->dtls.certificates == !options->dtls.private_key;
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
      {"port", required_argument, NULL, 'p'},
      {"peers", required_argument, NULL, 'n'},
      {"window", required_argument, NULL, 'w'},
      {"rate", required_argument, NULL, 'f'},
      {"seconds", required_argument, NULL, 't'},
      {"operations", required_argument, NULL, 'o'},
      {"size", required_argument, NULL, 's'},
      {"resume", required_argument, NULL, 'r'},
      {"server-pid", required_argument, NULL, 'P'},
      {"exit-with-parent", no_argument, NULL, 'e'},
      {0},
  };
  *options = (struct load_options){
      .mode = MODE_HANDSHAKE,
      .peers = 256,
      .window = 32,
      .operations = 10000,
      .size = 64,
      .rate = RATE_UNLIMITED,
      .seconds = 5,
  };
  dtls_arguments_init(&options->dtls);
  for (int letter; (letter = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    unsigned number = optarg ? (unsigned)strtoul(optarg, NULL, 10) : 0;
    switch (letter) {
      case 'm':
        options->mode = mode_named(optarg);
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
      case 'f':
        options->rate = number;
        break;
      case 't':
        options->seconds = number;
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
