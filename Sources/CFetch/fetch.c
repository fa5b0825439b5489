#include "CFetch.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

struct exchange {
    void *context;
    fetch_sink header_line, body_piece;
    fetch_question is_wanted;
    size_t left;
    int is_too_large;
};

static size_t take_header(char *bytes, size_t size, size_t count, void *pointer) {
    struct exchange *exchange = pointer;
    exchange->header_line(exchange->context, (const uint8_t *)bytes, size * count);
    return size * count;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *pointer) {
    struct exchange *exchange = pointer;
    if (size * count > exchange->left) {
        exchange->is_too_large = 1;
        return 0;
    }
    exchange->left -= size * count;
    exchange->body_piece(exchange->context, (const uint8_t *)bytes, size * count);
    return size * count;
}

static int look_up(void *pointer, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    (void)a, (void)b, (void)c, (void)d;
    struct exchange *exchange = pointer;
    return !exchange->is_wanted(exchange->context);
}

static void begin(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

static void configure(
    CURL *curl, const struct fetch_request *request, struct exchange *exchange, char *reason
) {
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, request->timeout_milliseconds);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, exchange);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_up);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, exchange);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    if (request->body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_count);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)request->body);
    }
    if (!request->verifies_certificates) {
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

static enum fetch_outcome outcome(CURLcode code, int is_too_large) {
    if (is_too_large) return fetch_too_large;
    switch (code) {
    case CURLE_OK: return fetch_done;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return fetch_malformed_url;
    case CURLE_COULDNT_RESOLVE_HOST: return fetch_unresolved;
    case CURLE_COULDNT_CONNECT: return fetch_refused;
    case CURLE_OPERATION_TIMEDOUT: return fetch_timed_out;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR: return fetch_certificate;
    default: return fetch_failed;
    }
}

int fetch_is_url(const char *url) {
    CURLU *parsed = curl_url();
    if (!parsed) return 1;  // for want of memory: the request will say so
    CURLUcode code = curl_url_set(parsed, CURLUPART_URL, url, 0);
    curl_url_cleanup(parsed);
    return code == CURLUE_OK;
}

int fetch_origin(const char *url, char *origin, size_t room) {
    char *scheme = NULL, *host = NULL, *port = NULL;
    int count = -1;
    CURLU *parsed = curl_url();
    if (parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK
        && curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK
        && curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK
        && curl_url_get(parsed, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK)
        count = snprintf(origin, room, "%s://%s:%s", scheme, host, port);
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parsed);
    return count >= 0 && (size_t)count < room;
}

enum fetch_outcome fetch_perform(
    const struct fetch_request *request, void *context, fetch_sink header_line,
    fetch_sink body_piece, fetch_question is_wanted, long *status, char *reason
) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, begin);
    struct exchange exchange = {context, header_line, body_piece, is_wanted, request->largest_body, 0};
    CURL *curl = curl_easy_init();
    if (!curl) return fetch_failed;
    reason[0] = 0;
    configure(curl, request, &exchange, reason);
    struct curl_slist *headers = NULL;
    for (size_t i = 0; i < request->header_count; i++)
        headers = curl_slist_append(headers, request->headers[i]);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    CURLcode code = curl_easy_perform(curl);
    if (reason[0] == 0) strncpy(reason, curl_easy_strerror(code), 255);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return outcome(code, exchange.is_too_large);
}
