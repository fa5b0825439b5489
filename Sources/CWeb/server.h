// What the shim's files share; not seen from Swift.
#pragma once
#include "CWeb.h"
#include <libwebsockets.h>

enum phase {
  PHASE_FREE,
  PHASE_RECEIVING,  // the body is on its way
  PHASE_DRAINING,  // a body over the limit is read and thrown away
  PHASE_WAITING,  // the owner has the request
  PHASE_ANSWERING,  // bytes are going out, or will
};

/// One request and its answer.
struct exchange {
  struct lws *wsi;
  uint32_t generation;
  enum phase phase;
  bool last, closes, version10;
  uint8_t *body;
  size_t body_count;
  uint64_t body_remaining;  // announced and not yet received
  uint8_t *out;
  size_t out_count, out_sent, out_capacity;
  lws_usec_t since;  // when the body began to come
};

/// One TCP connection, from its first request on.
struct connection {
  struct exchange *exchange;  // the one in progress
  uint64_t bytes_taken;  // read from the kernel when the last exchange was over
};

struct web_server {
  struct lws_context *context;
  struct lws_vhost *vhost;
  web_configuration configuration;
  web_events events;
  struct lws_protocols protocols[2];
  struct exchange *exchanges;
  int exchange_count, open_count;
  lws_sorted_usec_list_t ticker;
  bool ticking, closing;
  bool progressed;  // the turn did something
  int idle_turns;  // turns in a row that did not
  struct lws_token_limits limits;
  char *address;
  uint8_t *scratch;  // LWS_PRE and a chunk going out, or a request's texts
};

enum { CHUNK_BYTES = 16384, SCRATCH_BYTES = LWS_PRE + 65536, DRAIN_BYTE_LIMIT = 16 << 20 };

/// request.c
/// Lends the request's texts; 0, or the status it must be refused with.
int web_read_request(struct web_server *server, struct exchange *exchange, web_request *request);
int web_method(struct lws *wsi, enum lws_token_indexes *token);
/// The announced length of the body: -1 when malformed, -2 when none is given but one may come.
int64_t web_body_length(struct lws *wsi, int method);

/// connection.c
/// A request's head is complete; false when the connection must be closed for it.
bool web_connection_began(struct lws *wsi);
/// An exchange is over and the connection may carry another.
void web_connection_rests(struct lws *wsi);
void web_connection_ended(struct lws *wsi);
