#include "CCiphers.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

SSL *cciphers_tls_new(SSL_CTX *context, const char *host, int is_address) {
    SSL *ssl = SSL_new(context);
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
    if (!ssl || !in || !out) {
        SSL_free(ssl);
        BIO_free(in);
        BIO_free(out);
        return NULL;
    }
    BIO_set_mem_eof_return(in, -1);
    SSL_set_bio(ssl, in, out);
    SSL_set_connect_state(ssl);
    X509_VERIFY_PARAM *verification = SSL_get0_param(ssl);
    int is_good = is_address
        ? X509_VERIFY_PARAM_set1_ip_asc(verification, host)
        : SSL_set_tlsext_host_name(ssl, host) && X509_VERIFY_PARAM_set1_host(verification, host, 0);
    if (is_good == 1) return ssl;
    SSL_free(ssl);
    return NULL;
}

SSL_CTX *cciphers_tls_context(int verifies) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (!context) return NULL;
    SSL_CTX_set_verify(context, verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1
        || (verifies && SSL_CTX_set_default_verify_paths(context) != 1)) {
        SSL_CTX_free(context);
        return NULL;
    }
    return context;
}

size_t cciphers_tls_give(SSL *ssl, const uint8_t *bytes, size_t count) {
    int taken = count > 0 ? BIO_write(SSL_get_rbio(ssl), bytes, (int)count) : 0;
    return taken > 0 ? (size_t)taken : 0;
}

size_t cciphers_tls_pending(SSL *ssl) { return BIO_ctrl_pending(SSL_get_wbio(ssl)); }

size_t cciphers_tls_take(SSL *ssl, uint8_t *out, size_t capacity) {
    int count = BIO_read(SSL_get_wbio(ssl), out, (int)capacity);
    return count > 0 ? (size_t)count : 0;
}

enum cciphers_progress cciphers_tls_handshake(SSL *ssl) {
    ERR_clear_error();
    int result = SSL_do_handshake(ssl);
    if (result == 1) return cciphers_connected;
    return SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ ? cciphers_waiting : cciphers_failed;
}

int cciphers_tls_read(SSL *ssl, uint8_t *out, size_t capacity) {
    ERR_clear_error();
    int count = SSL_read(ssl, out, (int)capacity);
    if (count > 0) return count;
    switch (SSL_get_error(ssl, count)) {
    case SSL_ERROR_WANT_READ: return 0;
    case SSL_ERROR_ZERO_RETURN: return -1;
    default: return -2;
    }
}

int cciphers_tls_write(SSL *ssl, const uint8_t *bytes, size_t count) {
    ERR_clear_error();
    return count == 0 || SSL_write(ssl, bytes, (int)count) == (int)count;
}


void cciphers_tls_reason(SSL *ssl, char *text, size_t capacity) {
    long verdict = SSL_get_verify_result(ssl);
    const char *reason = verdict != X509_V_OK ? X509_verify_cert_error_string(verdict)
        : ERR_reason_error_string(ERR_peek_last_error());
    strncpy(text, reason ? reason : "the peer broke the protocol", capacity - 1);
    text[capacity - 1] = 0;
}
