// One HTTP request over libcurl, whose options are variadic and so out of Swift's reach.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What a request is made of. Everything is borrowed for the call.
struct fetch_request {
    const char *_Nonnull method;
    const char *_Nonnull url;
    const char *_Nonnull const *_Nonnull headers;  // "name: value", `header_count` of them
    size_t header_count;
    const uint8_t *_Nullable body;
    size_t body_count;
    long timeout_milliseconds;
    int verifies_certificates;
    size_t largest_body;
};

/// Called for each header line and each piece of the body; with a final response only.
typedef void (*fetch_sink)(void *_Nonnull context, const uint8_t *_Nonnull bytes, size_t count);

/// Asked at least once a second whether the answer is still wanted; 0 when not.
typedef int (*fetch_question)(void *_Nonnull context);

enum fetch_outcome {
    fetch_done,
    fetch_malformed_url,
    fetch_unresolved,
    fetch_refused,
    fetch_timed_out,
    fetch_certificate,
    fetch_too_large,
    fetch_failed,
};

/// Whether `url` is one that a request can be sent to, by libcurl's own reading of it.
int fetch_is_url(const char *_Nonnull url);

/// Writes scheme, host and port of `url` into `origin`, as libcurl reads them, and says whether there was room.
int fetch_origin(const char *_Nonnull url, char *_Nonnull origin, size_t room);

/// Carries the request out, which blocks; `status` is the response's. `reason` has room for 256.
/// Redirections are not followed.
enum fetch_outcome fetch_perform(
    const struct fetch_request *_Nonnull request, void *_Nonnull context,
    fetch_sink _Nonnull header_line, fetch_sink _Nonnull body_piece,
    fetch_question _Nonnull is_wanted, long *_Nonnull status, char *_Nonnull reason);
