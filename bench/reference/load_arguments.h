// The command line of the load generator.
#pragma once

#include "load.h"

// Ends the process after a mistake.
void load_arguments_parse(int argc, char** argv, struct load_options* options);
