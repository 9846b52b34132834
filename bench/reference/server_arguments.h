// The command line of the reference server.
#pragma once

#include "echo_engine.h"

struct server_arguments {
  const char* host;
  unsigned port;
  bool exit_with_parent;
  struct echo_options echo;
};

// Ends the process after a mistake, and when it was only asked for its version.
void server_arguments_parse(int argc, char** argv, struct server_arguments* arguments);
