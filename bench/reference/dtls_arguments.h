// The part of both command lines that fills struct dtls_options.
#pragma once

#include <getopt.h>

#include "dtls_context.h"

#define DTLS_USAGE                                               \
  "  [--cipher OPENSSL-NAME] [--groups LIST] [--sigalgs LIST]\n" \
  "  [--psk-identity TEXT] [--psk-key HEX]\n"                    \
  "  [--cert FILE --key FILE] [--ca FILE]   instead of the PSK; PEM\n"

// Letters that only dtls_arguments_take() needs to know.
enum { DTLS_CIPHER = 256, DTLS_GROUPS, DTLS_SIGALGS, DTLS_IDENTITY, DTLS_PSK, DTLS_CERT, DTLS_KEY, DTLS_CA };

// Goes into the table of getopt_long().
#define DTLS_ARGUMENTS                                                                                              \
  {"cipher", required_argument, NULL, DTLS_CIPHER}, {"groups", required_argument, NULL, DTLS_GROUPS},               \
      {"sigalgs", required_argument, NULL, DTLS_SIGALGS}, {"psk-identity", required_argument, NULL, DTLS_IDENTITY}, \
      {"psk-key", required_argument, NULL, DTLS_PSK}, {"cert", required_argument, NULL, DTLS_CERT},                 \
      {"key", required_argument, NULL, DTLS_KEY}, {                                                                 \
    "ca", required_argument, NULL, DTLS_CA                                                                          \
  }

void dtls_arguments_init(struct dtls_options* options);

// False when the letter is none of ours, or its value is malformed.
bool dtls_arguments_take(struct dtls_options* options, int letter, const char* value);
