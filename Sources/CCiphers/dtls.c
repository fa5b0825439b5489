#include "link.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <sys/time.h>

// The certificate is self-signed; what vouches for it is the digest that came by signalling.
static int verify(X509_STORE_CTX *store, void *unused) {
    (void)unused;
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    X509 *certificate = X509_STORE_CTX_get0_cert(store);
    struct link *link = link_of(ssl);
    int matches = 0;
    for (int i = 0; i < link->expected_count; i++) {
        const struct expected *expected = &link->expected[i];
        uint8_t digest[EVP_MAX_MD_SIZE];
        unsigned count = 0;
        if (X509_digest(certificate, expected->algorithm, digest, &count) != 1) continue;
        if (count != expected->count) continue;
        matches |= CRYPTO_memcmp(digest, expected->digest, count) == 0;
    }
    link->mismatched = !matches;
    X509_STORE_CTX_set_error(store, matches ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
    return matches;
}

int cciphers_context_configure(SSL_CTX *context) {
    static const char *ciphers =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
        "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
    SSL_CTX_set_options(
        context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION
            | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_max_send_fragment(context, 1200);  // sizes the write buffer
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(context, verify, NULL);
    return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION)
        && SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION)
        && SSL_CTX_set_cipher_list(context, ciphers)
        && SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384");
}

EVP_PKEY *cciphers_p256_new(void) { return EVP_EC_gen("P-256"); }

// Record buffers, 17 KB, are given back while a connected session sleeps: OpenSSL's own
// SSL_MODE_RELEASE_BUFFERS passes DTLS over, and writing does not allocate them anew.
static void wake(SSL *ssl) {
    ERR_clear_error();
    SSL_alloc_buffers(ssl);
}

enum cciphers_progress cciphers_step(SSL *ssl, const uint8_t *datagram, size_t count) {
    struct link *link = link_of(ssl);
    link->arrived = count > 0 ? datagram : NULL;
    link->arrived_count = count;
    wake(ssl);
    int result = SSL_is_init_finished(ssl) ? 1 : SSL_do_handshake(ssl);
    if (result == 1) {
        uint8_t discarded[2048];
        do result = SSL_read(ssl, discarded, sizeof discarded);
        while (result > 0);
    }
    link->arrived = NULL;
    switch (SSL_get_error(ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        if (!SSL_is_init_finished(ssl)) return cciphers_waiting;
        SSL_free_buffers(ssl);
        return cciphers_connected;
    case SSL_ERROR_ZERO_RETURN: return cciphers_closed;
    default: return cciphers_failed;
    }
}

int cciphers_received_alert(void) {
    int reason = ERR_GET_REASON(ERR_peek_last_error());
    return reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256
        ? reason - SSL_AD_REASON_OFFSET : -1;
}

int64_t cciphers_timeout(SSL *ssl) {
    struct timeval left;
    if (DTLSv1_get_timeout(ssl, &left) != 1) return -1;
    return (int64_t)left.tv_sec * 1000000000 + (int64_t)left.tv_usec * 1000;
}

int cciphers_expire(SSL *ssl) {
    wake(ssl);
    return (int)DTLSv1_handle_timeout(ssl);
}

void cciphers_shutdown(SSL *ssl) {
    wake(ssl);
    SSL_shutdown(ssl);
    SSL_free_buffers(ssl);
}
