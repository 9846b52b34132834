#include "load.h"

#include <stdio.h>

void run_hold(struct load* load) {
  unsigned peers = load->options->peers;
  run_handshakes(load, peers, load->options->window, true);
  // The first record of application data ends the server's wait for a lost last flight.
  run_echoes(load, peers, load->options->size, 1);
  printf("{\"event\":\"established\",\"peers\":%u,\"failures\":%llu}\n", peers,
         (unsigned long long)load->result.failures);
  fflush(stdout);
  int byte;
  do byte = getchar();
  while (byte != '\n' && byte != EOF);
}
