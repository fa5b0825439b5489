// SRTP and SRTCP by libsrtp2, loaded when it is asked for: who does not, has neither it nor the
// NSS that Debian builds it on in the process.
#include "transform.h"

#include <dlfcn.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#if __has_include(<srtp2/srtp.h>)
#include <srtp2/srtp.h>

struct cciphers_library {
    srtp_t session;
};

static struct {
    __typeof__(srtp_init) *init;
    __typeof__(srtp_create) *create;
    __typeof__(srtp_dealloc) *dealloc;
    __typeof__(srtp_crypto_policy_set_rtp_default) *cm;
    __typeof__(srtp_crypto_policy_set_aes_gcm_128_16_auth) *gcm;
    __typeof__(srtp_protect) *protect, *unprotect, *protect_rtcp, *unprotect_rtcp;
} srtp;

static int is_loaded;

static void load(void) {
    void *library = dlopen("libsrtp2.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) return;
    const struct {
        void *place;
        const char *name;
    } wanted[] = {
        {&srtp.init, "srtp_init"},
        {&srtp.create, "srtp_create"},
        {&srtp.dealloc, "srtp_dealloc"},
        {&srtp.cm, "srtp_crypto_policy_set_rtp_default"},
        {&srtp.gcm, "srtp_crypto_policy_set_aes_gcm_128_16_auth"},
        {&srtp.protect, "srtp_protect"},
        {&srtp.unprotect, "srtp_unprotect"},
        {&srtp.protect_rtcp, "srtp_protect_rtcp"},
        {&srtp.unprotect_rtcp, "srtp_unprotect_rtcp"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        void *symbol = dlsym(library, wanted[i].name);
        if (!symbol) return;
        memcpy(wanted[i].place, &symbol, sizeof symbol);
    }
    is_loaded = srtp.init() == srtp_err_status_ok;
}

// Its initialisation is the process's; a session belongs to the loop that made it.
int cciphers_library_available(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_loaded;
}

cciphers_transform *cciphers_library_new(
    const uint8_t *key, const uint8_t *salt, int is_gcm, int seals
) {
    if (!cciphers_library_available()) return NULL;
    uint8_t master[30];
    memcpy(master, key, 16);
    memcpy(master + 16, salt, is_gcm ? 12 : 14);
    srtp_policy_t policy = {
        .ssrc = {seals ? ssrc_any_outbound : ssrc_any_inbound, 0},
        .key = master,
        // Sealing, it must reach all that may be asked for again.
        .window_size = seals ? 4096 : 1024,
        .allow_repeat_tx = 1,
    };
    (is_gcm ? srtp.gcm : srtp.cm)(&policy.rtp);
    (is_gcm ? srtp.gcm : srtp.cm)(&policy.rtcp);
    cciphers_transform *transform = calloc(1, sizeof *transform);
    struct cciphers_library *library = calloc(1, sizeof *library);
    const int is_good = transform && library
        && srtp.create(&library->session, &policy) == srtp_err_status_ok;
    OPENSSL_cleanse(master, sizeof master);
    if (!is_good) {
        free(transform);
        free(library);
        return NULL;
    }
    transform->way = by_library;
    transform->library = library;
    transform->is_gcm = is_gcm;
    transform->uses = 1;
    return transform;
}

void library_free(struct cciphers_library *library) {
    srtp.dealloc(library->session);
    free(library);
}

size_t library_seal_rtp(
    struct cciphers_library *library, uint8_t *out, size_t clear, const uint8_t *payload,
    size_t payload_count
) {
    memcpy(out + clear, payload, payload_count);
    int count = (int)(clear + payload_count);
    return srtp.protect(library->session, out, &count) == srtp_err_status_ok ? (size_t)count : 0;
}

static size_t opened(srtp_err_status_t status, int count) {
    switch (status) {
    case srtp_err_status_ok: return (size_t)count;
    case srtp_err_status_replay_fail:
    case srtp_err_status_replay_old: return cciphers_replayed;
    default: return 0;
    }
}

size_t library_open_rtp(
    struct cciphers_library *library, uint8_t *out, const uint8_t *packet, size_t count
) {
    int length = (int)count;
    memmove(out, packet, count);
    const srtp_err_status_t status = srtp.unprotect(library->session, out, &length);
    return opened(status, length);
}

size_t library_seal_rtcp(
    struct cciphers_library *library, uint8_t *out, const uint8_t *packet, size_t count
) {
    int length = (int)count;
    memcpy(out, packet, count);
    const srtp_err_status_t status = srtp.protect_rtcp(library->session, out, &length);
    return status == srtp_err_status_ok ? (size_t)length : 0;
}

size_t library_open_rtcp(
    struct cciphers_library *library, uint8_t *out, const uint8_t *packet, size_t count
) {
    int length = (int)count;
    memmove(out, packet, count);
    const srtp_err_status_t status = srtp.unprotect_rtcp(library->session, out, &length);
    return opened(status, length);
}

#else  // built without its headers

int cciphers_library_available(void) { return 0; }

cciphers_transform *cciphers_library_new(
    const uint8_t *key, const uint8_t *salt, int is_gcm, int seals
) {
    (void)key, (void)salt, (void)is_gcm, (void)seals;
    return NULL;
}

void library_free(struct cciphers_library *library) { (void)library; }

size_t library_seal_rtp(
    struct cciphers_library *library, uint8_t *out, size_t clear, const uint8_t *payload,
    size_t payload_count
) {
    (void)library, (void)out, (void)clear, (void)payload, (void)payload_count;
    return 0;
}

size_t library_open_rtp(
    struct cciphers_library *library, uint8_t *out, const uint8_t *packet, size_t count
) {
    (void)library, (void)out, (void)packet, (void)count;
    return 0;
}

size_t library_seal_rtcp(
    struct cciphers_library *library, uint8_t *out, const uint8_t *packet, size_t count
) {
    return library_open_rtp(library, out, packet, count);
}

size_t library_open_rtcp(
    struct cciphers_library *library, uint8_t *out, const uint8_t *packet, size_t count
) {
    return library_open_rtp(library, out, packet, count);
}

#endif
