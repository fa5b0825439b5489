// libwebsockets 4.1.6 turns round for ever, inside itself, when a request with a body comes out of
// its own memory instead of the socket: pipelined behind another request. (`lws_http_action` reads
// the remembered bytes from their start again, as the body.) Nothing it offers tells where a
// request came from, so the kernel is asked: if no byte has been read since the last exchange was
// over, the request lay in memory. Nobody may pipeline such requests (RFC 9112 §9.3.2); the
// connection is closed.
#include "server.h"
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/// Octets read from the kernel so far; UINT64_MAX when it cannot say.
static uint64_t bytes_taken(struct lws *wsi) {
  int fd = lws_get_socket_fd(wsi);
  for (int i = 0; i < 8; i++) {
    int queued = 0, still_queued = 0;
    struct tcp_info info = {0};
    socklen_t count = sizeof info;
    if (ioctl(fd, FIONREAD, &queued) < 0) break;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &count) < 0) break;
    if (ioctl(fd, FIONREAD, &still_queued) < 0) break;
    if (queued == still_queued) return info.tcpi_bytes_received - (uint64_t)queued;
  }
  return UINT64_MAX;
}

/// Whether libwebsockets will wait for a body: its rule, not ours.
static bool has_body(struct lws *wsi) {
  int count = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH);
  char text[4] = "";
  if (count > 0) {
    bool is_zero = count == 1 && lws_hdr_copy(wsi, text, sizeof text,
                                              WSI_TOKEN_HTTP_CONTENT_LENGTH) == 1 && *text == '0';
    return !is_zero;
  }
  enum lws_token_indexes token;
  int method = web_method(wsi, &token);
  return method == WEB_POST || method == WEB_PUT || method == WEB_PATCH;
}

bool web_connection_began(struct lws *wsi) {
  struct connection *connection = lws_get_opaque_user_data(wsi);
  if (!connection) {
    connection = calloc(1, sizeof *connection);
    if (!connection) return false;
    lws_set_opaque_user_data(wsi, connection);
    // Else FIONREAD stops at an urgent byte, and could be made to lie.
    int on = 1;
    setsockopt(lws_get_socket_fd(wsi), SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
    return true;
  }
  if (!has_body(wsi)) return true;
  uint64_t taken = bytes_taken(wsi);
  // A FIN counts as one octet received.
  return taken != UINT64_MAX && connection->bytes_taken != UINT64_MAX &&
         taken > connection->bytes_taken + 1;
}

void web_connection_rests(struct lws *wsi) {
  struct connection *connection = lws_get_opaque_user_data(wsi);
  if (connection) connection->bytes_taken = bytes_taken(wsi);
}

void web_connection_ended(struct lws *wsi) {
  free(lws_get_opaque_user_data(wsi));
  lws_set_opaque_user_data(wsi, NULL);
}
