#include "server_arguments.h"

#include <openssl/crypto.h>
#include <stdio.h>

#include "dtls_arguments.h"

static void fail(void) {
  fputs("usage: server [--host ADDRESS] [--port PORT]\n" DTLS_USAGE
        "  [--session-cache SESSIONS] [--session-timeout SECONDS] [--tickets]\n"
        "  [--no-close-reply] [--exit-with-parent] [--version]\n",
        stderr);
  exit(2);
}

void server_arguments_parse(int argc, char** argv, struct server_arguments* arguments) {
  static const struct option names[] = {
      DTLS_ARGUMENTS,
      {"host", required_argument, NULL, 'h'},
      {"port", required_argument, NULL, 'p'},
      {"session-cache", required_argument, NULL, 's'},
      {"session-timeout", required_argument, NULL, 't'},
      {"tickets", no_argument, NULL, 'T'},
      {"no-close-reply", no_argument, NULL, 'n'},
      {"exit-with-parent", no_argument, NULL, 'e'},
      {"version", no_argument, NULL, 'v'},
      {0},
  };
  *arguments = (struct server_arguments){.host = "127.0.0.1", .echo = {.close_reply = true}};
  struct session_options* sessions = &arguments->echo.sessions;
  sessions->timeout = 86400;
  dtls_arguments_init(&arguments->echo.dtls);
  for (int letter; (letter = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    unsigned number = optarg ? (unsigned)strtoul(optarg, NULL, 10) : 0;
    switch (letter) {
      case 'h':
        arguments->host = optarg;
        break;
      case 'p':
        arguments->port = number;
        break;
      case 's':
        sessions->cache_size = number;
        break;
      case 't':
        sessions->timeout = number;
        break;
      case 'T':
        sessions->tickets = true;
        break;
      case 'n':
        arguments->echo.close_reply = false;
        break;
      case 'e':
        arguments->exit_with_parent = true;
        break;
      case 'v':
        puts(OpenSSL_version(OPENSSL_VERSION));
        exit(0);
      default:
        if (!dtls_arguments_take(&arguments->echo.dtls, letter, optarg)) fail();
    }
  }
  const struct dtls_options* dtls = &arguments->echo.dtls;
  if (optind != argc || arguments->port > 65535 || !dtls->certificates != !dtls->private_key) fail();
}
