#include "server.h"
#include <string.h>

static const struct { enum lws_token_indexes token; int method; } METHODS[] = {
  {WSI_TOKEN_GET_URI, WEB_GET}, {WSI_TOKEN_HEAD_URI, WEB_HEAD},
  {WSI_TOKEN_POST_URI, WEB_POST}, {WSI_TOKEN_PUT_URI, WEB_PUT},
  {WSI_TOKEN_PATCH_URI, WEB_PATCH}, {WSI_TOKEN_DELETE_URI, WEB_DELETE},
  {WSI_TOKEN_OPTIONS_URI, WEB_OPTIONS},
};

int web_method(struct lws *wsi, enum lws_token_indexes *token) {
  for (size_t i = 0; i < sizeof METHODS / sizeof *METHODS; i++) {
    if (lws_hdr_total_length(wsi, METHODS[i].token) > 0) {
      *token = METHODS[i].token;
      return METHODS[i].method;
    }
  }
  *token = WSI_TOKEN_GET_URI;
  return WEB_OTHER;
}

int64_t web_body_length(struct lws *wsi, int method) {
  if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0) return -2;
  int count = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH);
  if (count <= 0) {
    // libwebsockets waits for a body after these three, however the connection goes on.
    bool may_come = method == WEB_POST || method == WEB_PUT || method == WEB_PATCH;
    return may_come ? -2 : 0;
  }
  char text[24];
  if (count >= 16 ||
      lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_HTTP_CONTENT_LENGTH) != count)
    return -1;
  int64_t length = 0;
  for (int i = 0; i < count; i++) {
    if (text[i] < '0' || text[i] > '9') return -1;
    length = length * 10 + (text[i] - '0');
  }
  return length;
}

static const enum lws_token_indexes HEADERS[WEB_HEADER_COUNT] = {
  [WEB_HEADER_CONTENT_TYPE] = WSI_TOKEN_HTTP_CONTENT_TYPE,
  [WEB_HEADER_AUTHORIZATION] = WSI_TOKEN_HTTP_AUTHORIZATION,
  [WEB_HEADER_IF_MATCH] = WSI_TOKEN_HTTP_IF_MATCH,
  [WEB_HEADER_ACCEPT] = WSI_TOKEN_HTTP_ACCEPT,
  [WEB_HEADER_RANGE] = WSI_TOKEN_HTTP_RANGE,
  [WEB_HEADER_IF_RANGE] = WSI_TOKEN_HTTP_IF_RANGE,
  [WEB_HEADER_IF_NONE_MATCH] = WSI_TOKEN_HTTP_IF_NONE_MATCH,
  [WEB_HEADER_ORIGIN] = WSI_TOKEN_ORIGIN,
  [WEB_HEADER_HOST] = WSI_TOKEN_HOST,
  [WEB_HEADER_LAST_EVENT_ID] = WSI_TOKEN_COUNT,  // unknown to libwebsockets
  [WEB_HEADER_REQUESTED_HEADERS] = WSI_TOKEN_HTTP_AC_REQUEST_HEADERS,
};

static const char LAST_EVENT_ID[] = "last-event-id:";

/// Copies one header behind `*used` in the scratch memory.
static void read_header(struct web_server *server, struct lws *wsi, int which, web_text *text,
                        size_t *used) {
  char *to = (char *)server->scratch + *used;
  int room = (int)(SCRATCH_BYTES - *used), count;
  if (HEADERS[which] == WSI_TOKEN_COUNT)
    count = lws_hdr_custom_copy(wsi, to, room, LAST_EVENT_ID, sizeof LAST_EVENT_ID - 1);
  else
    count = lws_hdr_copy(wsi, to, room, HEADERS[which]);
  if (count <= 0) return;
  *text = (web_text){(const uint8_t *)to, strlen(to)};
  *used += text->count + 1;
}

int web_read_request(struct web_server *server, struct exchange *exchange, web_request *request) {
  struct lws *wsi = exchange->wsi;
  enum lws_token_indexes token;
  char *scratch = (char *)server->scratch;
  size_t used = 0;
  request->method = web_method(wsi, &token);
  // A second piece means that the path held a bare `&` or `;`, which libwebsockets cuts at.
  int count = lws_hdr_copy_fragment(wsi, scratch, SCRATCH_BYTES, token, 0);
  if (count <= 0) return 400;
  int limit = server->configuration.header_byte_limit;
  int refusal = count == lws_hdr_total_length(wsi, token) ? 0 : 400;
  if (count >= limit) refusal = 414;  // libwebsockets has cut it there
  request->path = (web_text){(const uint8_t *)scratch, (size_t)count};
  used = (size_t)count + 1;
  char *query = scratch + used;
  for (int i = 0; SCRATCH_BYTES > used; i++) {
    count = lws_hdr_copy_fragment(
      wsi, scratch + used, (int)(SCRATCH_BYTES - used), WSI_TOKEN_HTTP_URI_ARGS, i);
    if (count < 0) break;
    if (count >= limit) refusal = 414;
    used += (size_t)count + 1;
  }
  request->query = (web_text){(const uint8_t *)query, (size_t)(scratch + used - query)};
  for (int i = 0; i < WEB_HEADER_COUNT; i++) {
    read_header(server, wsi, i, &request->headers[i], &used);
    if (request->headers[i].count >= (size_t)limit) refusal = 431;
  }
  lws_get_peer_simple(wsi, request->remote, sizeof request->remote);
  request->body = (web_text){exchange->body, exchange->body_count};
  request->isVersion10 = exchange->version10;
  request->closes = exchange->closes;
  return refusal;
}
