#define _GNU_SOURCE  // POLLRDHUP
#include "server.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TICK_MICROSECONDS = 500000, IDLE_TURN_LIMIT = 64, IDLE_PAUSE_MICROSECONDS = 1000 };

static web_exchange name_of(const struct web_server *server, const struct exchange *exchange) {
  return (uint64_t)exchange->generation << 32 | (uint64_t)(exchange - server->exchanges);
}

static struct exchange *find(struct web_server *server, web_exchange name) {
  uint32_t slot = (uint32_t)name;
  if (slot >= (uint32_t)server->exchange_count) return NULL;
  struct exchange *exchange = &server->exchanges[slot];
  bool live = exchange->phase == PHASE_WAITING || exchange->phase == PHASE_ANSWERING;
  return live && exchange->generation == name >> 32 ? exchange : NULL;
}

static struct connection *connection_of(struct lws *wsi) { return lws_get_opaque_user_data(wsi); }

static struct exchange *exchange_of(struct lws *wsi) {
  struct connection *connection = connection_of(wsi);
  return connection ? connection->exchange : NULL;
}

// MARK: the life of an exchange

static void tick(lws_sorted_usec_list_t *ticker);

static void keep_ticking(struct web_server *server) {
  if (server->ticking || server->closing) return;
  server->ticking = true;
  lws_sul_schedule(server->context, 0, &server->ticker, tick, TICK_MICROSECONDS);
}

static struct exchange *take(struct web_server *server, struct lws *wsi) {
  for (int i = 0; i < server->exchange_count; i++) {
    struct exchange *exchange = &server->exchanges[i];
    if (exchange->phase != PHASE_FREE) continue;
    uint32_t generation = exchange->generation + 1;
    *exchange = (struct exchange){.wsi = wsi, .generation = generation};
    exchange->phase = PHASE_RECEIVING;
    exchange->since = lws_now_usecs();
    server->open_count++;
    connection_of(wsi)->exchange = exchange;
    keep_ticking(server);
    return exchange;
  }
  return NULL;
}

/// The owner hears that the exchange is over, once; its memory goes.
static void give_back(struct web_server *server, struct exchange *exchange) {
  bool told = exchange->phase == PHASE_WAITING || exchange->phase == PHASE_ANSWERING;
  web_exchange name = name_of(server, exchange);
  free(exchange->body);
  free(exchange->out);
  exchange->body = exchange->out = NULL;
  exchange->out_count = exchange->out_sent = exchange->out_capacity = 0;
  if (exchange->wsi) connection_of(exchange->wsi)->exchange = NULL;
  exchange->wsi = NULL;
  exchange->phase = PHASE_FREE;
  server->open_count--;
  if (told) server->events.ended(server->events.owner, name);
}

/// Nothing is read while nothing is written: libwebsockets polls a socket in the middle of a
/// transaction without ever reading it, and would spin on a pipelined request or a half-close.
static void rest(struct exchange *exchange) {
  lws_set_timeout(exchange->wsi, NO_PENDING_TIMEOUT, 0);
  lws_rx_flow_control(exchange->wsi, 0);
}

static void hand_over(struct web_server *server, struct exchange *exchange, int refusal) {
  web_request request = {.refusal = refusal};
  int unreadable = web_read_request(server, exchange, &request);
  if (!refusal) request.refusal = unreadable;
  exchange->phase = PHASE_WAITING;
  rest(exchange);
  server->events.started(server->events.owner, name_of(server, exchange), &request);
}

/// The headers are in. Non-zero closes the connection.
static int began(struct web_server *server, struct lws *wsi) {
  if (!web_connection_began(wsi)) return -1;
  struct exchange *exchange = take(server, wsi);
  if (!exchange) return -1;
  enum lws_token_indexes token;
  int64_t length = web_body_length(wsi, web_method(wsi, &token));
  char version[16] = "";
  lws_hdr_copy(wsi, version, sizeof version, WSI_TOKEN_HTTP);
  exchange->version10 = exchange->closes = strcmp(version, "HTTP/1.1") != 0;
  if (length < 0) exchange->closes = true;
  if (length == -2 && lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) <= 0) length = 0;
  if (length <= 0) {
    hand_over(server, exchange, length == -1 ? 400 : length == -2 ? 411 : 0);
    return 0;
  }
  exchange->body_remaining = (uint64_t)length;
  bool expects = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_EXPECT) > 0;
  if ((uint64_t)length > server->configuration.body_byte_limit) {
    exchange->closes = exchange->closes || expects || length > DRAIN_BYTE_LIMIT;
    // Answered once the body is read: whoever hears sooner may have the next request lie behind it.
    if (exchange->closes) hand_over(server, exchange, 413);
    else exchange->phase = PHASE_DRAINING;
    return 0;
  }
  if (expects) {
    static const char CONTINUE[] = "HTTP/1.1 100 Continue\r\n\r\n";
    memcpy(server->scratch + LWS_PRE, CONTINUE, sizeof CONTINUE - 1);
    if (lws_write(wsi, server->scratch + LWS_PRE, sizeof CONTINUE - 1, LWS_WRITE_HTTP) < 0)
      return -1;
  }
  exchange->body = malloc((size_t)length);
  return exchange->body ? 0 : -1;
}

static void received(struct exchange *exchange, const void *bytes, size_t count) {
  if (count > exchange->body_remaining) count = (size_t)exchange->body_remaining;
  if (exchange->phase == PHASE_RECEIVING) {
    memcpy(exchange->body + exchange->body_count, bytes, count);
    exchange->body_count += count;
  }
  exchange->body_remaining -= count;
}

// MARK: the way out

static int finish(struct web_server *server, struct exchange *exchange) {
  struct lws *wsi = exchange->wsi;
  bool closes = exchange->closes;
  give_back(server, exchange);
  lws_rx_flow_control(wsi, 1);
  web_connection_rests(wsi);
  return closes || lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int writable(struct web_server *server, struct exchange *exchange) {
  if (exchange->phase != PHASE_ANSWERING) return 0;
  size_t count = exchange->out_count - exchange->out_sent;
  if (count > CHUNK_BYTES) count = CHUNK_BYTES;
  if (count) {
    uint8_t *to = server->scratch + LWS_PRE;
    memcpy(to, exchange->out + exchange->out_sent, count);
    if (lws_write(exchange->wsi, to, count, LWS_WRITE_HTTP) < (int)count) return -1;
    exchange->out_sent += count;
    server->progressed = true;
  }
  if (exchange->out_sent < exchange->out_count || lws_partial_buffered(exchange->wsi)) {
    lws_set_timeout(
      exchange->wsi, PENDING_TIMEOUT_HTTP_CONTENT, server->configuration.timeout_seconds);
    lws_callback_on_writable(exchange->wsi);
    return 0;
  }
  exchange->out_count = exchange->out_sent = 0;
  if (exchange->last) return finish(server, exchange);
  rest(exchange);
  server->events.drained(server->events.owner, name_of(server, exchange));
  return 0;
}

bool web_send(web_server *server, web_exchange name, const uint8_t *bytes, size_t count, bool last,
              bool closes) {
  struct exchange *exchange = find(server, name);
  if (!exchange || exchange->last) return false;
  if (exchange->out_count + count > exchange->out_capacity) {
    size_t capacity = exchange->out_count + count;
    uint8_t *grown = realloc(exchange->out, capacity);
    if (!grown) return false;
    exchange->out = grown;
    exchange->out_capacity = capacity;
  }
  if (count) memcpy(exchange->out + exchange->out_count, bytes, count);
  exchange->out_count += count;
  exchange->last = last;
  exchange->closes = exchange->closes || closes;
  exchange->phase = PHASE_ANSWERING;
  server->progressed = true;
  lws_rx_flow_control(exchange->wsi, 1);  // else libwebsockets does not write either
  lws_set_timeout(
    exchange->wsi, PENDING_TIMEOUT_HTTP_CONTENT, server->configuration.timeout_seconds);
  lws_callback_on_writable(exchange->wsi);
  return true;
}

// MARK: clients that leave, and clients that dawdle

static bool has_left(struct exchange *exchange) {
  struct pollfd probe = {.fd = lws_get_socket_fd(exchange->wsi), .events = POLLRDHUP};
  return poll(&probe, 1, 0) > 0;
}

/// What is thrown away need not come to its end: whoever has sent it for so long is told why, and
/// that nothing else is taken on this connection.
static void drain_on(struct web_server *server, struct exchange *exchange, lws_usec_t late) {
  // libwebsockets would close without a word, so many seconds after it has read anything last.
  lws_set_timeout(exchange->wsi, NO_PENDING_TIMEOUT, 0);
  if (exchange->since >= late) return;
  exchange->closes = true;
  hand_over(server, exchange, 413);
}

static void tick(lws_sorted_usec_list_t *ticker) {
  struct web_server *server = lws_container_of(ticker, struct web_server, ticker);
  server->ticking = false;
  if (server->closing) return;
  lws_usec_t late = lws_now_usecs() - server->configuration.timeout_seconds * LWS_US_PER_SEC;
  for (int i = 0; i < server->exchange_count; i++) {
    struct exchange *exchange = &server->exchanges[i];
    bool reads = exchange->phase == PHASE_RECEIVING;
    bool waits = exchange->phase == PHASE_WAITING || exchange->phase == PHASE_ANSWERING;
    if (exchange->phase == PHASE_DRAINING) drain_on(server, exchange, late);
    else if ((reads && exchange->since < late) || (waits && has_left(exchange)))
      lws_set_timeout(exchange->wsi, PENDING_TIMEOUT_HTTP_CONTENT, LWS_TO_KILL_ASYNC);
  }
  server->events.ticked(server->events.owner);
  if (server->open_count) keep_ticking(server);
}

// MARK: what libwebsockets says

/// A method libwebsockets has never heard of, or no HTTP at all.
static int refuse_raw(struct lws *wsi, const uint8_t *bytes, size_t count) {
  static const char METHOD[] =
    "HTTP/1.1 405 Method Not Allowed\r\nallow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n"
    "content-length: 0\r\nconnection: close\r\n\r\n";
  static const char NOISE[] =
    "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
  size_t word = 0;
  while (word < count && bytes[word] >= 'A' && bytes[word] <= 'Z') word++;
  bool is_method = word > 0 && word < count && bytes[word] == ' ';
  const char *answer = is_method ? METHOD : NOISE;
  uint8_t out[LWS_PRE + sizeof METHOD];
  size_t length = strlen(answer);
  memcpy(out + LWS_PRE, answer, length);
  lws_write(wsi, out + LWS_PRE, length, LWS_WRITE_RAW);
  return -1;
}

static int heard(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                 size_t count) {
  struct lws_context *context = wsi ? lws_get_context(wsi) : NULL;
  struct web_server *server = context ? lws_context_user(context) : NULL;
  if (!server) return 0;
  (void)user;
  struct exchange *exchange;
  switch (reason) {
    case LWS_CALLBACK_RAW_RX:
      return refuse_raw(wsi, in, count);
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
      server->progressed = true;
      if (!server->closing) server->events.woken(server->events.owner);
      return 0;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
      // An upgrade may be ignored (RFC 9110 §7.8), which libwebsockets has no word for.
      if (in && *(char *)in) *(char *)in = '-';
      return 0;
    case LWS_CALLBACK_HTTP:
      server->progressed = true;
      return began(server, wsi);
    case LWS_CALLBACK_HTTP_BODY:
      server->progressed = true;
      exchange = exchange_of(wsi);
      if (exchange && in) received(exchange, in, count);
      return 0;
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
      exchange = exchange_of(wsi);
      if (exchange && exchange->phase == PHASE_RECEIVING) hand_over(server, exchange, 0);
      else if (exchange && exchange->phase == PHASE_DRAINING) hand_over(server, exchange, 413);
      return 0;
    case LWS_CALLBACK_HTTP_WRITEABLE:
      exchange = exchange_of(wsi);
      return exchange ? writable(server, exchange) : 0;
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_WSI_DESTROY:
      exchange = exchange_of(wsi);
      if (exchange) give_back(server, exchange);
      web_connection_ended(wsi);
      return 0;
    default:
      return 0;  // some hundred others concern clients, WebSockets and CGI
  }
}

// MARK: opening and closing

/// What binding here would say: libwebsockets itself tells only that it failed.
static int bind_error(const web_configuration *configuration) {
  struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)configuration->port)};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
  v6.sin6_port = v4.sin_port;
  bool is_v4 = inet_pton(AF_INET, configuration->address, &v4.sin_addr) == 1;
  if (!is_v4 && inet_pton(AF_INET6, configuration->address, &v6.sin6_addr) != 1) return EINVAL;
  int probe = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, error = 0;
  if (probe < 0) return errno;
  setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr *address = is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
  if (bind(probe, address, is_v4 ? sizeof v4 : sizeof v6) < 0 || listen(probe, 1) < 0)
    error = errno;
  close(probe);
  return error;
}

static void stay_silent(int level, const char *line) {
  (void)level;
  (void)line;
}

static struct lws_context *create(struct web_server *server) {
  const web_configuration *configuration = &server->configuration;
  bool v6 = strchr(configuration->address, ':') != NULL;
  bool any = !strcmp(configuration->address, "0.0.0.0") || !strcmp(configuration->address, "::");
  struct lws_context_creation_info info = {
    .port = configuration->port,
    .iface = any ? NULL : configuration->address,
    .protocols = server->protocols,
    .user = server,
    .uid = -1,
    .gid = -1,
    .alpn = "http/1.1",
    .max_http_header_data = (unsigned short)(4 * configuration->header_byte_limit),
    .token_limits = &server->limits,
    .pt_serv_buf_size = CHUNK_BYTES,
    .fd_limit_per_thread = (unsigned)configuration->connection_limit + 4,
    .timeout_secs = (unsigned)configuration->timeout_seconds,
    .timeout_secs_ah_idle = (unsigned)configuration->timeout_seconds,
    .keepalive_timeout = 60,
    .options = LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
               LWS_SERVER_OPTION_FALLBACK_TO_APPLY_LISTEN_ACCEPT_CONFIG,
  };
  for (size_t i = 0; i < WSI_TOKEN_COUNT; i++)
    server->limits.token_limit[i] = (unsigned short)configuration->header_byte_limit;
  if (!v6) info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
  if (configuration->certificate) {
    info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.ssl_cert_filepath = configuration->certificate;
    info.ssl_private_key_filepath = configuration->key;
  }
  struct lws_context *context = lws_create_context(&info);
  if (!context) return NULL;
  server->vhost = lws_create_vhost(context, &info);
  if (server->vhost) return context;
  server->closing = true;
  lws_context_destroy(context);
  return NULL;
}

web_server *web_open(const web_configuration *configuration, const web_events *events, int *error) {
  lws_set_log_level(0, stay_silent);
  *error = bind_error(configuration);
  if (*error) return NULL;
  struct web_server *server = calloc(1, sizeof *server);
  if (!server) return NULL;
  server->configuration = *configuration;
  // libwebsockets keeps the pointers it is given.
  server->address = strdup(configuration->address);
  server->configuration.address = server->address;
  server->events = *events;
  server->protocols[0] = (struct lws_protocols){.name = "http", .callback = heard};
  server->exchange_count = configuration->connection_limit;
  server->exchanges = calloc((size_t)server->exchange_count, sizeof *server->exchanges);
  server->scratch = malloc(SCRATCH_BYTES);
  if (server->exchanges && server->scratch && server->address) server->context = create(server);
  if (server->context) return server;
  web_close(server);
  return NULL;
}

int web_port(const web_server *server) { return lws_get_vhost_listen_port(server->vhost); }

/// libwebsockets polls without reading while an answer goes out, and so turns round at once for
/// as long as a client that pipelines does not take its answer. Such turns are given a pause.
int web_serve_once(web_server *server) {
  server->progressed = false;
  lws_usec_t before = lws_now_usecs();
  int result = lws_service(server->context, 0);
  bool waited = lws_now_usecs() - before >= IDLE_PAUSE_MICROSECONDS;
  server->idle_turns = server->progressed || waited ? 0 : server->idle_turns + 1;
  if (server->idle_turns > IDLE_TURN_LIMIT) usleep(IDLE_PAUSE_MICROSECONDS);
  return result;
}

void web_wake(web_server *server) { lws_cancel_service(server->context); }

void web_close(web_server *server) {
  server->closing = true;
  if (server->context) lws_context_destroy(server->context);
  for (int i = 0; i < server->exchange_count && server->exchanges; i++)
    if (server->exchanges[i].phase != PHASE_FREE) {
      server->exchanges[i].wsi = NULL;  // gone with the context
      give_back(server, &server->exchanges[i]);
    }
  free(server->exchanges);
  free(server->scratch);
  free(server->address);
  free(server);
}
