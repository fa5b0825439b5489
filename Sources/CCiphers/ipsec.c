#include "ipsec.h"

#include "CCiphers.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && __has_include(<intel-ipsec-mb.h>)
#define NO_COMPAT_IMB_API_053
#include <intel-ipsec-mb.h>

struct ipsec_key {
    struct gcm_key_data expanded;
};

// The manager is a table of functions for this CPU. GCM keeps nothing in it: threads may share it.
static IMB_MGR *table;

static void load(void) {
    void *library = dlopen("libIPSec_MB.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) return;
    __typeof__(imb_get_version) *version;
    __typeof__(alloc_mb_mgr) *allocate;
    __typeof__(free_mb_mgr) *release;
    __typeof__(init_mb_mgr_auto) *initialise;
    const struct {
        void *place;
        const char *name;
    } wanted[] = {
        {&version, "imb_get_version"},
        {&allocate, "alloc_mb_mgr"},
        {&release, "free_mb_mgr"},
        {&initialise, "init_mb_mgr_auto"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        void *symbol = dlsym(library, wanted[i].name);
        if (!symbol) return;
        memcpy(wanted[i].place, &symbol, sizeof symbol);
    }
    // The table's layout is the header's; between versions it has changed.
    if (version() != IMB_VERSION_NUM) return;
    IMB_MGR *made = allocate(0);
    IMB_ARCH found = IMB_ARCH_NONE;
    if (made) initialise(made, &found);
    // Below AVX its GCM is no better than OpenSSL's.
    if (made && found >= IMB_ARCH_AVX && made->gcm128_enc && made->gcm128_pre) table = made;
    else if (made) release(made);
}

int cciphers_ipsec_available(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return table != NULL;
}

ipsec_key *ipsec_key_new(const uint8_t key[16]) {
    if (!cciphers_ipsec_available()) return NULL;
    ipsec_key *made = aligned_alloc(64, (sizeof *made + 63) / 64 * 64);
    if (made) IMB_AES128_GCM_PRE(table, key, &made->expanded);
    return made;
}

void ipsec_key_free(ipsec_key *key) {
    if (key) explicit_bzero(key, sizeof *key);
    free(key);
}

void ipsec_seal(
    const ipsec_key *key, const uint8_t iv[12], const uint8_t *clear, size_t clear_count,
    uint8_t *out, const uint8_t *in, size_t count, uint8_t *tag
) {
    struct gcm_context_data context;
    IMB_AES128_GCM_ENC(
        table, &key->expanded, &context, out, in, count, iv, clear, clear_count, tag, 16);
}

#else  // built without its header

int cciphers_ipsec_available(void) { return 0; }

ipsec_key *ipsec_key_new(const uint8_t key[16]) {
    (void)key;
    return NULL;
}

void ipsec_key_free(ipsec_key *key) { (void)key; }

void ipsec_seal(
    const ipsec_key *key, const uint8_t iv[12], const uint8_t *clear, size_t clear_count,
    uint8_t *out, const uint8_t *in, size_t count, uint8_t *tag
) {
    (void)key, (void)iv, (void)clear, (void)clear_count;
    (void)out, (void)in, (void)count, (void)tag;
}

#endif
