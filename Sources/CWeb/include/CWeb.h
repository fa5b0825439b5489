// A small face for libwebsockets: HTTP/1.1 exchanges named by numbers, one service thread.
// Every function but `web_wake` belongs to the thread that runs `web_serve_once`.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct web_server web_server;

/// Names one request and its answer: slot in the low half, the slot's generation in the high one.
/// A number whose exchange is over is recognised and refused.
typedef uint64_t web_exchange;

typedef struct {
  const uint8_t *bytes;
  size_t count;
} web_text;

/// The headers handed over with a request, in this order.
enum {
  WEB_HEADER_CONTENT_TYPE,
  WEB_HEADER_AUTHORIZATION,
  WEB_HEADER_IF_MATCH,
  WEB_HEADER_ACCEPT,
  WEB_HEADER_RANGE,
  WEB_HEADER_IF_RANGE,
  WEB_HEADER_IF_NONE_MATCH,
  WEB_HEADER_ORIGIN,
  WEB_HEADER_HOST,
  WEB_HEADER_LAST_EVENT_ID,
  WEB_HEADER_REQUESTED_HEADERS,
  WEB_HEADER_COUNT
};

enum { WEB_GET, WEB_HEAD, WEB_POST, WEB_PUT, WEB_PATCH, WEB_DELETE, WEB_OPTIONS, WEB_OTHER };

/// One request; its memory is valid for the call that hands it over.
typedef struct {
  int method;
  /// 0, or the status this request must be refused with: 400, 411, 413, 414, 431.
  int refusal;
  /// HTTP/1.0, or the connection cannot be used again: the answer must say so.
  bool closes;
  bool isVersion10;
  web_text path;  // percent-decoded by libwebsockets, `..` already resolved
  web_text query;  // decoded `name=value` pieces, each ended by a NUL
  web_text headers[WEB_HEADER_COUNT];
  web_text body;
  char remote[64];
} web_request;

/// What the server tells its owner, always on the service thread.
typedef struct {
  void *owner;
  /// A whole request has arrived. Answer now or later.
  void (*started)(void *owner, web_exchange exchange, const web_request *request);
  /// All bytes sent so far are with the kernel and the answer is not finished.
  void (*drained)(void *owner, web_exchange exchange);
  /// The exchange is over: answered, or its client has left.
  void (*ended)(void *owner, web_exchange exchange);
  /// `web_wake` was called.
  void (*woken)(void *owner);
  /// About twice a second while any exchange is open.
  void (*ticked)(void *owner);
} web_events;

typedef struct {
  const char *address;  // IPv4 or IPv6 text
  int port;  // 0: any free one
  const char *certificate;  // PEM chain, or NULL for plain HTTP
  const char *key;
  int connection_limit;
  int header_byte_limit;
  size_t body_byte_limit;
  int timeout_seconds;
} web_configuration;

/// Binds and listens. NULL on failure, with `*error` an errno, or 0 when TLS could not be set up.
web_server *web_open(const web_configuration *configuration, const web_events *events, int *error);
/// The port really bound.
int web_port(const web_server *server);
/// Waits for something to happen and does it. Negative when the server is beyond use.
int web_serve_once(web_server *server);
/// Makes `web_serve_once` call `woken`. From any thread, until `web_close`.
void web_wake(web_server *server);
/// Adds bytes to the answer; `last` ends it, `closes` the connection after it.
/// False when the exchange is over.
bool web_send(
  web_server *server, web_exchange exchange, const uint8_t *bytes, size_t count, bool last,
  bool closes);
/// Ends every exchange, closes every socket and frees everything.
void web_close(web_server *server);
