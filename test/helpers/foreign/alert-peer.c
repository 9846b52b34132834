// A DTLS 1.2 peer on GnuTLS that sends any alert it is told to: the tools of GnuTLS and OpenSSL send none of their own
// accord once a handshake is over.
//
//   alert-peer client PORT IDENTITY HEXKEY PRIORITY    connects to 127.0.0.1
//   alert-peer server IDENTITY HEXKEY PRIORITY         prints "port N", serves one client, without a cookie
//
// Prints "connected", then sends an alert for each line "LEVEL DESCRIPTION" of its input, in numbers, and ends without
// a word of goodbye. The declarations are those of <gnutls/gnutls.h>, which not every machine with the library has.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

typedef struct gnutls_session_int* gnutls_session_t;
typedef struct {
  unsigned char* data;
  unsigned size;
} gnutls_datum_t;
enum { GNUTLS_SERVER = 1, GNUTLS_CLIENT = 2, GNUTLS_DATAGRAM = 4, GNUTLS_CRD_PSK = 4, GNUTLS_PSK_KEY_HEX = 1 };

int gnutls_init(gnutls_session_t*, unsigned flags);
int gnutls_priority_set_direct(gnutls_session_t, const char*, const char**);
int gnutls_psk_allocate_client_credentials(void**);
int gnutls_psk_set_client_credentials(void*, const char*, const gnutls_datum_t*, int);
int gnutls_psk_allocate_server_credentials(void**);
void gnutls_psk_set_server_credentials_function(void*, int (*)(gnutls_session_t, const char*, gnutls_datum_t*));
int gnutls_hex_decode2(const gnutls_datum_t*, gnutls_datum_t*);
int gnutls_credentials_set(gnutls_session_t, int, void*);
void gnutls_transport_set_int2(gnutls_session_t, int, int);
int gnutls_handshake(gnutls_session_t);
int gnutls_error_is_fatal(int);
int gnutls_alert_send(gnutls_session_t, int level, int description);
const char* gnutls_strerror(int);

static const char* known_identity;
static gnutls_datum_t hex_key;

static void check(int result, const char* what) {
  if (result >= 0) return;
  fprintf(stderr, "%s: %s\n", what, gnutls_strerror(result));
  exit(1);
}

static void check_call(int result, const char* what) {
  if (result >= 0) return;
  perror(what);
  exit(1);
}

static int on_psk(gnutls_session_t session, const char* identity, gnutls_datum_t* key) {
  (void)session;
  return strcmp(identity, known_identity) == 0 ? gnutls_hex_decode2(&hex_key, key) : -1;
}

// A socket that is connected to the peer. As a server: to whoever wrote first.
static int open_socket(int port) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (port == 0) {
    check_call(bind(fd, (struct sockaddr*)&address, length), "bind");
    check_call(getsockname(fd, (struct sockaddr*)&address, &length), "getsockname");
    printf("port %d\n", ntohs(address.sin_port));
    char byte;
    check_call((int)recvfrom(fd, &byte, 1, MSG_PEEK, (struct sockaddr*)&address, &length), "recvfrom");
  }
  check_call(connect(fd, (struct sockaddr*)&address, length), "connect");
  return fd;
}

int main(int count, char** words) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  int is_client = count == 6 && strcmp(words[1], "client") == 0;
  if (!is_client && (count != 5 || strcmp(words[1], "server") != 0)) return 2;
  known_identity = words[count - 3];
  hex_key = (gnutls_datum_t){(unsigned char*)words[count - 2], (unsigned)strlen(words[count - 2])};

  void* credentials;
  if (is_client) {
    check(gnutls_psk_allocate_client_credentials(&credentials), "credentials");
    check(gnutls_psk_set_client_credentials(credentials, known_identity, &hex_key, GNUTLS_PSK_KEY_HEX), "credentials");
  } else {
    check(gnutls_psk_allocate_server_credentials(&credentials), "credentials");
    gnutls_psk_set_server_credentials_function(credentials, on_psk);
  }
  gnutls_session_t session;
  check(gnutls_init(&session, (is_client ? GNUTLS_CLIENT : GNUTLS_SERVER) | GNUTLS_DATAGRAM), "init");
  check(gnutls_priority_set_direct(session, words[count - 1], NULL), "priority");
  check(gnutls_credentials_set(session, GNUTLS_CRD_PSK, credentials), "credentials");
  int fd = open_socket(is_client ? atoi(words[2]) : 0);
  gnutls_transport_set_int2(session, fd, fd);

  int result;
  do {
    result = gnutls_handshake(session);
  } while (result < 0 && !gnutls_error_is_fatal(result));
  check(result, "handshake");
  puts("connected");

  int level, description;
  while (scanf("%d %d", &level, &description) == 2) check(gnutls_alert_send(session, level, description), "alert");
  return 0;
}
