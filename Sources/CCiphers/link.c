#include "link.h"

#include <openssl/bio.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static int link_write(BIO *bio, const char *bytes, int count) {
    struct link *link = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (count <= 0 || (size_t)count > link->mtu || link->waiting == link_limit) return count;
    struct datagram *datagram = malloc(sizeof *datagram + count);
    if (!datagram) return count;
    datagram->next = NULL;
    datagram->count = count;
    memcpy(datagram->bytes, bytes, count);
    if (link->last) link->last->next = datagram;
    else link->first = datagram;
    link->last = datagram;
    link->waiting++;
    return count;
}

static int link_read(BIO *bio, char *out, int room) {
    struct link *link = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (!link->arrived) {
        BIO_set_retry_read(bio);
        return -1;
    }
    int count = link->arrived_count < (size_t)room ? (int)link->arrived_count : room;
    memcpy(out, link->arrived, count);
    link->arrived = NULL;
    return count;
}

// OpenSSL probes for kernel TLS and the like: whatever is not known here is refused with 0.
static long link_control(BIO *bio, int command, long number, void *pointer) {
    (void)number, (void)pointer;
    const struct link *link = BIO_get_data(bio);
    switch (command) {
    case BIO_CTRL_FLUSH: return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU: return (long)link->mtu;
    default: return 0;
    }
}

static void drop_first(struct link *link) {
    struct datagram *first = link->first;
    link->first = first->next;
    if (!link->first) link->last = NULL;
    link->waiting--;
    free(first);
}

static int link_destroy(BIO *bio) {
    struct link *link = BIO_get_data(bio);
    while (link && link->first) drop_first(link);
    free(link);
    return 1;
}

static BIO_METHOD *method;

static void make_method(void) {
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams in memory");
    if (!method) return;
    BIO_meth_set_write(method, link_write);
    BIO_meth_set_read(method, link_read);
    BIO_meth_set_ctrl(method, link_control);
    BIO_meth_set_destroy(method, link_destroy);
}

// 100 ms at first (a second, OpenSSL's own choice, is a second of black), doubling up to 4 s.
static unsigned next_timeout(SSL *ssl, unsigned microseconds) {
    (void)ssl;
    if (microseconds == 0) return 100000;
    return microseconds < 2000000 ? 2 * microseconds : 4000000;
}

int cciphers_link_attach(SSL *ssl, size_t mtu) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_method);
    struct link *link = calloc(1, sizeof *link);
    BIO *bio = link && method ? BIO_new(method) : NULL;
    if (!bio) {
        free(link);
        return 0;
    }
    link->mtu = mtu;
    BIO_set_data(bio, link);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    DTLS_set_timer_cb(ssl, next_timeout);
    return SSL_set_mtu(ssl, (long)mtu) > 0;
}

struct link *link_of(SSL *ssl) { return BIO_get_data(SSL_get_rbio(ssl)); }

int cciphers_link_expect(SSL *ssl, int bits, const uint8_t *digest, size_t count) {
    struct link *link = link_of(ssl);
    if (link->expected_count == expected_limit || count > EVP_MAX_MD_SIZE) return 0;
    struct expected *expected = &link->expected[link->expected_count++];
    expected->algorithm = bits == 160 ? EVP_sha1()
        : bits == 256 ? EVP_sha256() : bits == 384 ? EVP_sha384() : EVP_sha512();
    expected->count = count;
    memcpy(expected->digest, digest, count);
    return 1;
}

size_t cciphers_link_pending(SSL *ssl) {
    const struct link *link = link_of(ssl);
    return link->first ? link->first->count : 0;
}

void cciphers_link_take(SSL *ssl, uint8_t *out) {
    struct link *link = link_of(ssl);
    memcpy(out, link->first->bytes, link->first->count);
    drop_first(link);
}

int cciphers_link_mismatched(SSL *ssl) { return link_of(ssl)->mismatched; }
