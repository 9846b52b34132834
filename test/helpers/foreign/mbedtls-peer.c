// A DTLS 1.2 or TLS 1.2 peer on Mbed TLS 2.28, client or server: `mbedtls-peer role=server transport=datagram ...`; the
// options are those of mbedtls-options.h. A server serves one client after the other until it is killed.
//
// A line of its input goes to the peer as it is, but "/quit" says close_notify, "/leave" goes without a word, and
// "/alert LEVEL DESCRIPTION" sends an alert. The end of the input is "/quit" for a client and nothing for a server.
//
// It prints, each on a line of its own:
//   port N                       a server listens
//   sni NAME                     a client asks for it
//   handshake ok version=DTLSv1.2 suite=TLS-PSK-WITH-AES-128-CCM-8 resumed=0 verify=0x0 peer=CN=client
//   session saved SIZE           to session_out
//   received LENGTH TEXT         application data, what is not printable as a dot
//   reconnect                    a new ClientHello came from the same address; another handshake follows
//   alert LEVEL DESCRIPTION      received, fatal
//   closed                       close_notify received, and answered
//   eof                          the connection ended without one
//   failed CODE TEXT             anything else
// Exit codes of a client: 0 after a close_notify of either side, 1 the handshake failed, 3 it failed later; 2 of both:
// wrong options or files.
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mbedtls-options.h"
#include "mbedtls/ctr_drbg.h"
#include "mbedtls/entropy.h"
#include "mbedtls/error.h"
#include "mbedtls/net_sockets.h"
#include "mbedtls/ssl_cache.h"
#include "mbedtls/ssl_cookie.h"
#include "mbedtls/ssl_internal.h"
#include "mbedtls/ssl_ticket.h"
#include "mbedtls/timing.h"

static Options options;
static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context random_source;
static mbedtls_ssl_config config;
static mbedtls_x509_crt own_chain, sni_chain, anchors;
static mbedtls_pk_context own_key, sni_key;
static mbedtls_x509_crl crl;
static mbedtls_ssl_cache_context cache;
static mbedtls_ssl_ticket_context tickets;
static mbedtls_ssl_cookie_ctx cookies;
static mbedtls_timing_delay_context timer;
static mbedtls_ssl_context ssl;
static mbedtls_net_context listener, connection;
static int suites[kMaxSuites + 1];
static int input_ended;

static void check(int result, const char* what) {
  if (result >= 0) return;
  char text[128];
  mbedtls_strerror(result, text, sizeof text);
  fprintf(stderr, "%s: -0x%04x %s\n", what, -result, text);
  exit(2);
}

// ---- Set-up

static int on_server_name(void* parameter, mbedtls_ssl_context* asked, const unsigned char* name, size_t size) {
  (void)parameter;
  printf("sni %.*s\n", (int)size, name);
  if (!options.sni_cert || !options.server_name) return 0;
  if (strlen(options.server_name) != size || memcmp(options.server_name, name, size) != 0) return 0;
  return mbedtls_ssl_set_hs_own_cert(asked, &sni_chain, &sni_key);
}

static void load_credentials(void) {
  mbedtls_x509_crt_init(&own_chain);
  mbedtls_x509_crt_init(&sni_chain);
  mbedtls_x509_crt_init(&anchors);
  mbedtls_x509_crl_init(&crl);
  mbedtls_pk_init(&own_key);
  mbedtls_pk_init(&sni_key);
  if (options.cert) {
    check(mbedtls_x509_crt_parse_file(&own_chain, options.cert), options.cert);
    check(mbedtls_pk_parse_keyfile(&own_key, options.key, options.password), options.key);
    check(mbedtls_ssl_conf_own_cert(&config, &own_chain, &own_key), "certificate and key");
  }
  if (options.sni_cert) {
    check(mbedtls_x509_crt_parse_file(&sni_chain, options.sni_cert), options.sni_cert);
    check(mbedtls_pk_parse_keyfile(&sni_key, options.sni_key, NULL), options.sni_key);
  }
  if (options.ca) check(mbedtls_x509_crt_parse_file(&anchors, options.ca), options.ca);
  if (options.crl) check(mbedtls_x509_crl_parse_file(&crl, options.crl), options.crl);
  if (options.ca) mbedtls_ssl_conf_ca_chain(&config, &anchors, options.crl ? &crl : NULL);
  if (options.psk) {
    unsigned char key[MBEDTLS_PSK_MAX_LEN];
    const size_t size = decode_hex(options.psk, key, sizeof key);
    check(mbedtls_ssl_conf_psk(&config, key, size, (const unsigned char*)options.psk_identity,
                               strlen(options.psk_identity)),
          "psk");
  }
}

static void configure_server(void) {
  const int both = strcmp(options.sessions, "both") == 0;
  if (both || strcmp(options.sessions, "cache") == 0) {
    mbedtls_ssl_cache_init(&cache);
    mbedtls_ssl_conf_session_cache(&config, &cache, mbedtls_ssl_cache_get, mbedtls_ssl_cache_set);
  }
  if (both || strcmp(options.sessions, "tickets") == 0) {
    mbedtls_ssl_ticket_init(&tickets);
    check(mbedtls_ssl_ticket_setup(&tickets, mbedtls_ctr_drbg_random, &random_source, MBEDTLS_CIPHER_AES_256_GCM, 3600),
          "tickets");
    mbedtls_ssl_conf_session_tickets_cb(&config, mbedtls_ssl_ticket_write, mbedtls_ssl_ticket_parse, &tickets);
  }
  if (options.is_stream) return;
  if (strcmp(options.cookies, "0") == 0) {
    mbedtls_ssl_conf_dtls_cookies(&config, NULL, NULL, NULL);
    return;
  }
  mbedtls_ssl_cookie_init(&cookies);
  check(mbedtls_ssl_cookie_setup(&cookies, mbedtls_ctr_drbg_random, &random_source), "cookies");
  mbedtls_ssl_conf_dtls_cookies(&config, mbedtls_ssl_cookie_write, mbedtls_ssl_cookie_check, &cookies);
}

static void configure(void) {
  mbedtls_entropy_init(&entropy);
  mbedtls_ctr_drbg_init(&random_source);
  check(mbedtls_ctr_drbg_seed(&random_source, mbedtls_entropy_func, &entropy, NULL, 0), "random numbers");
  mbedtls_ssl_config_init(&config);
  check(mbedtls_ssl_config_defaults(&config, options.is_server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
                                    options.is_stream ? MBEDTLS_SSL_TRANSPORT_STREAM : MBEDTLS_SSL_TRANSPORT_DATAGRAM,
                                    MBEDTLS_SSL_PRESET_DEFAULT),
        "defaults");
  mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random_source);
  mbedtls_ssl_conf_min_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, minor_version(&options));
  mbedtls_ssl_conf_max_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, minor_version(&options));
  mbedtls_ssl_conf_authmode(&config, auth_mode(&options));
  mbedtls_ssl_conf_encrypt_then_mac(&config, atoi(options.etm));
  mbedtls_ssl_conf_extended_master_secret(&config, atoi(options.ems));
  mbedtls_ssl_conf_handshake_timeout(&config, (uint32_t)atoi(options.min_timeout), (uint32_t)atoi(options.max_timeout));
  check(mbedtls_ssl_conf_max_frag_len(&config, fragment_code(&options)), "fragment");
  if (options.suites) {
    suite_ids(&options, suites);
    mbedtls_ssl_conf_ciphersuites(&config, suites);
  }
  load_credentials();
  if (options.is_server) {
    mbedtls_ssl_conf_sni(&config, on_server_name, NULL);
    configure_server();
  } else {
    mbedtls_ssl_conf_session_tickets(&config, atoi(options.tickets));
  }
  mbedtls_ssl_init(&ssl);
  check(mbedtls_ssl_setup(&ssl, &config), "setup");
  if (!options.is_stream) mbedtls_ssl_set_mtu(&ssl, (uint16_t)atoi(options.mtu));
  mbedtls_ssl_set_timer_cb(&ssl, &timer, mbedtls_timing_set_delay, mbedtls_timing_get_delay);
  mbedtls_ssl_set_bio(&ssl, &connection, mbedtls_net_send, mbedtls_net_recv, mbedtls_net_recv_timeout);
}

// ---- Sessions in files

static void offer_session(void) {
  if (!options.session_in) return;
  unsigned char bytes[16384];
  FILE* file = fopen(options.session_in, "rb");
  const size_t size = file ? fread(bytes, 1, sizeof bytes, file) : 0;
  if (file) fclose(file);
  mbedtls_ssl_session session;
  mbedtls_ssl_session_init(&session);
  check(mbedtls_ssl_session_load(&session, bytes, size), options.session_in);
  check(mbedtls_ssl_set_session(&ssl, &session), "session");
  mbedtls_ssl_session_free(&session);
}

static void save_session(void) {
  if (!options.session_out) return;
  unsigned char bytes[16384];
  size_t size = 0;
  mbedtls_ssl_session session;
  mbedtls_ssl_session_init(&session);
  check(mbedtls_ssl_get_session(&ssl, &session), "session");
  check(mbedtls_ssl_session_save(&session, bytes, sizeof bytes, &size), "session");
  mbedtls_ssl_session_free(&session);
  FILE* file = fopen(options.session_out, "wb");
  if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
    perror(options.session_out);
    exit(2);
  }
  printf("session saved %zu\n", size);
}

// ---- One connection

static void report(int result) {
  char text[128];
  mbedtls_strerror(result, text, sizeof text);
  if (result == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) {
    printf("alert %d %d\n", ssl.in_msg[0], ssl.in_msg[1]);
  } else if (result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
    mbedtls_ssl_close_notify(&ssl);
    puts("closed");
  } else if (result == 0 || result == MBEDTLS_ERR_SSL_CONN_EOF) {
    puts("eof");
  } else {
    printf("failed -0x%04x %s\n", -result, text);
  }
}

static void report_handshake(int resumed) {
  char peer[256] = "-";
  const mbedtls_x509_crt* certificate = mbedtls_ssl_get_peer_cert(&ssl);
  if (certificate) mbedtls_x509_dn_gets(peer, sizeof peer, &certificate->subject);
  printf("handshake ok version=%s suite=%s resumed=%d verify=0x%x peer=%s\n", mbedtls_ssl_get_version(&ssl),
         mbedtls_ssl_get_ciphersuite(&ssl), resumed, (unsigned)mbedtls_ssl_get_verify_result(&ssl), peer);
}

// Whether the session is a resumed one is known during the handshake only.
static int shake_hands(const unsigned char* address, size_t address_size) {
  mbedtls_ssl_conf_read_timeout(&config, options.is_stream ? 10000 : 0);
  int result = 0, resumed = 0;
  if (!options.is_stream && address_size > 0) {
    check(mbedtls_ssl_set_client_transport_id(&ssl, address, address_size), "transport id");
  }
  while (ssl.state != MBEDTLS_SSL_HANDSHAKE_OVER) {
    if (ssl.handshake) resumed = ssl.handshake->resume;
    result = mbedtls_ssl_handshake_step(&ssl);
    if (result == MBEDTLS_ERR_SSL_HELLO_VERIFY_REQUIRED) {
      check(mbedtls_ssl_session_reset(&ssl), "reset");
      check(mbedtls_ssl_set_client_transport_id(&ssl, address, address_size), "transport id");
    } else if (result != 0 && result != MBEDTLS_ERR_SSL_WANT_READ && result != MBEDTLS_ERR_SSL_WANT_WRITE) {
      report(result);
      return result;
    }
  }
  report_handshake(resumed);
  return 0;
}

static int send_all(const char* data, size_t size) {
  for (size_t sent = 0; sent < size;) {
    const int result = mbedtls_ssl_write(&ssl, (const unsigned char*)data + sent, size - sent);
    if (result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE) continue;
    if (result < 0) return result;
    sent += (size_t)result;
  }
  return 0;
}

enum { kGoOn = 1, kLeft = 2 };

static int obey(const char* line, size_t size) {
  int level, description;
  if (strncmp(line, "/quit", 5) == 0) {
    mbedtls_ssl_close_notify(&ssl);
    return kLeft;
  }
  if (strncmp(line, "/leave", 6) == 0) return kLeft;
  if (sscanf(line, "/alert %d %d", &level, &description) == 2) {
    mbedtls_ssl_send_alert_message(&ssl, (unsigned char)level, (unsigned char)description);
    return kGoOn;
  }
  const int result = send_all(line, size);
  return result < 0 ? result : kGoOn;
}

// Reads byte by byte, so that what is not for this connection stays where it is.
static int obey_input(void) {
  char line[16384];
  size_t size = 0;
  while (size < sizeof line - 1 && read(STDIN_FILENO, line + size, 1) == 1) {
    if (line[size++] == '\n') break;
  }
  line[size] = '\0';
  if (size > 0) return obey(line, size);
  input_ended = 1;
  return options.is_server ? kGoOn : obey("/quit", 5);
}

static int take_message(void) {
  unsigned char data[16384];
  const int size = mbedtls_ssl_read(&ssl, data, sizeof data);
  if (size == MBEDTLS_ERR_SSL_WANT_READ || size == MBEDTLS_ERR_SSL_WANT_WRITE || size == MBEDTLS_ERR_SSL_TIMEOUT) {
    return kGoOn;
  }
  if (size <= 0) return size;
  printf("received %d ", size);
  for (int index = 0; index < size; ++index) putchar(data[index] >= ' ' && data[index] < 127 ? data[index] : '.');
  putchar('\n');
  if (strcmp(options.echo, "1") != 0) return kGoOn;
  const int result = send_all((const char*)data, (size_t)size);
  return result < 0 ? result : kGoOn;
}

// Until one side leaves: kLeft when it is ours, else what mbedtls_ssl_read said.
static int converse(void) {
  mbedtls_ssl_conf_read_timeout(&config, 1);
  for (;;) {
    int result = kGoOn;
    struct pollfd watched[] = {{.fd = connection.fd, .events = POLLIN},
                               {.fd = input_ended ? -1 : STDIN_FILENO, .events = POLLIN}};
    if (!mbedtls_ssl_check_pending(&ssl) && poll(watched, 2, -1) < 0) continue;
    if (watched[0].revents || mbedtls_ssl_check_pending(&ssl)) result = take_message();
    if (result == kGoOn && watched[1].revents) result = obey_input();
    if (result != kGoOn) return result;
  }
}

// ---- Roles

static struct sockaddr_in loopback(const char* port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// mbedtls_net_connect cannot bind.
static void connect_socket(void) {
  const struct sockaddr_in own = loopback(options.local_port), other = loopback(options.port);
  const int yes = 1;
  connection.fd = socket(AF_INET, options.is_stream ? SOCK_STREAM : SOCK_DGRAM, 0);
  if (connection.fd < 0 || setsockopt(connection.fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      bind(connection.fd, (const struct sockaddr*)&own, sizeof own) != 0 ||
      connect(connection.fd, (const struct sockaddr*)&other, sizeof other) != 0) {
    perror("connect");
    exit(1);
  }
}

static int run_client(void) {
  connect_socket();
  if (options.server_name) check(mbedtls_ssl_set_hostname(&ssl, options.server_name), "server name");
  offer_session();
  if (shake_hands(NULL, 0) != 0) return 1;
  save_session();
  const int result = converse();
  if (result != kLeft) report(result);
  return result == kLeft || result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ? 0 : 3;
}

static void serve(void) {
  unsigned char address[16];
  size_t address_size = 0;
  const int accepted = mbedtls_net_accept(&listener, &connection, address, sizeof address, &address_size);
  if (accepted != 0) return;
  int result = shake_hands(address, address_size);
  while (result == 0) {
    result = converse();
    if (result == MBEDTLS_ERR_SSL_CLIENT_RECONNECT) {
      puts("reconnect");
      result = shake_hands(address, address_size);
      continue;
    }
    if (result != kLeft) report(result);
    if (result == 0) break;
  }
  mbedtls_net_free(&connection);
  check(mbedtls_ssl_session_reset(&ssl), "reset");
}

static int run_server(void) {
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  check(mbedtls_net_bind(&listener, "127.0.0.1", options.port,
                         options.is_stream ? MBEDTLS_NET_PROTO_TCP : MBEDTLS_NET_PROTO_UDP),
        "bind");
  if (getsockname(listener.fd, (struct sockaddr*)&address, &size) != 0) return 2;
  printf("port %d\n", ntohs(address.sin_port));
  for (;;) serve();
}

int main(int count, char** words) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGPIPE, SIG_IGN);
  options = parse_options(count, words);
  configure();
  mbedtls_net_init(&listener);
  mbedtls_net_init(&connection);
  return options.is_server ? run_server() : run_client();
}
