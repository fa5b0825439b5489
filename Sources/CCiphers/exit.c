// OpenSSL clears itself away when a process exits, by whichever thread; those that still seal and open
// meanwhile would find it gone. What it holds then the kernel takes back anyway.
#include <openssl/crypto.h>

// Before main, so that nobody has begun to use it: only the first use decides.
__attribute__((constructor)) static void stay(void) {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
}
