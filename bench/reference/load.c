// The load generator: runs one mode and prints lines of JSON.
#include "load.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "load_arguments.h"

// False at the end of the input.
static bool wait_for_line(void) {
  int byte;
  do byte = getchar();
  while (byte != '\n' && byte != EOF);
  return byte == '\n';
}

// Opens all clients. Each then says one message: the first record of application data
// ends a server's wait for a lost last flight. Ends the program when a client fails.
static void establish(struct load* load) {
  report_begin(load);
  run_handshakes(load, load->options->peers, THEN_KEEP);
  if (load->result.failures == 0) run_echoes(load, load->options->peers, EACH_ONCE);
  report_end(load);
  if (load->result.failures == 0) return;
  report_event("failed", load);
  exit(1);
}

static void measure_handshakes(struct load* load) {
  const struct load_options* options = load->options;
  if (options->resume != RESUME_NONE) run_handshakes(load, options->peers, THEN_KEEP_SESSION);
  report_begin(load);
  run_handshakes(load, options->operations, THEN_CLOSE);
  report_end(load);
  report_event("measured", load);
}

// One measurement per line of input: establishing many thousands of clients takes
// longer than a measurement does.
static void measure_echoes(struct load* load) {
  establish(load);
  report_event("established", load);
  while (wait_for_line()) {
    report_begin(load);
    run_echoes(load, load->options->operations, RANDOM_ORDER);
    report_end(load);
    report_event("measured", load);
  }
}

static void hold(struct load* load) {
  establish(load);
  report_event("established", load);
  wait_for_line();
}

static void hold_half_open(struct load* load) {
  report_begin(load);
  run_handshakes(load, load->options->peers, NEVER_FINISH);
  report_end(load);
  report_event("half-open", load);
  wait_for_line();
}

static void flood(struct load* load) {
  establish(load);
  run_flood(load);
}

int main(int argc, char** argv) {
  static struct load load;
  struct load_options options;
  static void (*const modes[])(struct load*) = {
      [MODE_HANDSHAKE] = measure_handshakes, [MODE_ECHO] = measure_echoes, [MODE_HOLD] = hold,
      [MODE_HALF_OPEN] = hold_half_open,     [MODE_FLOOD] = flood,
  };
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
  load_arguments_parse(argc, argv, &options);
  if (options.exit_with_parent) prctl(PR_SET_PDEATHSIG, SIGTERM);
  bool ready = load_init(&load, &options);
  if (ready) {
    modes[options.mode](&load);
    load_end_all(&load);
  }
  load_free(&load);
  return ready ? 0 : 1;
}
