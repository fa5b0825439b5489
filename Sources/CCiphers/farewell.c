#include "CCiphers.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

enum {
    record_header = 13, explicit_nonce = 8, tag = 16, alert = 2,
    alert_record = record_header + explicit_nonce + alert + tag,
    type_alert = 21, close_notify = 0,
    iv_count = 4, largest_key = 32, random_count = 32, largest_secret = 48,
};

struct side {
    uint8_t key[largest_key], iv[iv_count];
};

// A session's record keys (RFC 5288), and nothing else of it.
struct cciphers_farewell {
    size_t key_count;
    struct side ours, theirs;
};

// TLS 1.2's key expansion (RFC 5246 §6.3); AEAD suites have no MAC keys in it.
static int expand(SSL *ssl, uint8_t *block, size_t count) {
    uint8_t secret[largest_secret], seed[13 + 2 * random_count];
    size_t secret_count = SSL_SESSION_get_master_key(SSL_get_session(ssl), secret, sizeof secret);
    memcpy(seed, "key expansion", 13);
    SSL_get_server_random(ssl, seed + 13, random_count);
    SSL_get_client_random(ssl, seed + 13 + random_count, random_count);
    const EVP_MD *digest = SSL_CIPHER_get_handshake_digest(SSL_get_current_cipher(ssl));
    EVP_KDF *method = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_TLS1_PRF, NULL);
    EVP_KDF_CTX *kdf = method ? EVP_KDF_CTX_new(method) : NULL;
    int is_good = 0;
    if (kdf && digest && secret_count > 0) {
        OSSL_PARAM parameters[] = {
            OSSL_PARAM_construct_utf8_string(
                OSSL_KDF_PARAM_DIGEST, (char *)EVP_MD_get0_name(digest), 0),
            OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, secret, secret_count),
            OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed, sizeof seed),
            OSSL_PARAM_construct_end(),
        };
        is_good = EVP_KDF_derive(kdf, block, count, parameters) == 1;
    }
    EVP_KDF_CTX_free(kdf);
    EVP_KDF_free(method);
    OPENSSL_cleanse(secret, sizeof secret);
    return is_good;
}

cciphers_farewell *cciphers_farewell_new(SSL *ssl) {
    const EVP_CIPHER *cipher = EVP_get_cipherbynid(
        SSL_CIPHER_get_cipher_nid(SSL_get_current_cipher(ssl)));
    if (!cipher || EVP_CIPHER_get_mode(cipher) != EVP_CIPH_GCM_MODE) return NULL;
    size_t key = (size_t)EVP_CIPHER_get_key_length(cipher);
    uint8_t block[2 * (largest_key + iv_count)];
    cciphers_farewell *farewell = key <= largest_key ? calloc(1, sizeof *farewell) : NULL;
    if (!farewell || !expand(ssl, block, 2 * (key + iv_count))) {
        free(farewell);
        return NULL;
    }
    farewell->key_count = key;
    struct side *client = SSL_is_server(ssl) ? &farewell->theirs : &farewell->ours;
    struct side *server = SSL_is_server(ssl) ? &farewell->ours : &farewell->theirs;
    memcpy(client->key, block, key);
    memcpy(server->key, block + key, key);
    memcpy(client->iv, block + 2 * key, iv_count);
    memcpy(server->iv, block + 2 * key + iv_count, iv_count);
    OPENSSL_cleanse(block, sizeof block);
    return farewell;
}

void cciphers_farewell_free(cciphers_farewell *farewell) {
    OPENSSL_cleanse(farewell, sizeof *farewell);
    free(farewell);
}

// A context at work on one record: nonce is IV and explicit part, what is signed along is the
// sequence number, type, version and plain length (RFC 5246 §6.2.3.3).
static EVP_CIPHER_CTX *begin(
    const cciphers_farewell *farewell, const struct side *side, const uint8_t *record, int seals
) {
    uint8_t nonce[iv_count + explicit_nonce], signed_along[record_header];
    memcpy(nonce, side->iv, iv_count);
    memcpy(nonce + iv_count, record + record_header, explicit_nonce);
    memcpy(signed_along, record + 3, 8);
    memcpy(signed_along + 8, record, 3);
    signed_along[11] = 0, signed_along[12] = alert;
    const EVP_CIPHER *cipher = farewell->key_count == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int written;
    if (context && EVP_CipherInit_ex(context, cipher, NULL, side->key, nonce, seals)
        && EVP_CipherUpdate(context, NULL, &written, signed_along, sizeof signed_along))
        return context;
    EVP_CIPHER_CTX_free(context);
    return NULL;
}

static int is_close(const cciphers_farewell *farewell, const uint8_t *record) {
    uint8_t plain[alert], nothing[16];
    int written;
    EVP_CIPHER_CTX *context = begin(farewell, &farewell->theirs, record, 0);
    int is_good = context
        && EVP_CipherUpdate(
            context, plain, &written, record + record_header + explicit_nonce, alert)
        && EVP_CIPHER_CTX_ctrl(
            context, EVP_CTRL_AEAD_SET_TAG, tag, (void *)(record + alert_record - tag))
        && EVP_CipherFinal_ex(context, nothing, &written) > 0;
    EVP_CIPHER_CTX_free(context);
    return is_good && plain[1] == close_notify;
}

int cciphers_farewell_received(
    const cciphers_farewell *farewell, const uint8_t *datagram, size_t count
) {
    for (size_t at = 0; count - at >= record_header;) {
        const uint8_t *record = datagram + at;
        size_t whole = record_header + ((size_t)record[11] << 8 | record[12]);
        if (whole > count - at) return 0;
        int is_protected = record[3] != 0 || record[4] != 0;  // epoch
        if (record[0] == type_alert && is_protected && whole == alert_record
            && is_close(farewell, record))
            return 1;
        at += whole;
    }
    return 0;
}

size_t cciphers_farewell_write(const cciphers_farewell *farewell, uint8_t *out) {
    // Half way up the 48-bit numbers: none that the handshake's records have used.
    static const uint8_t header[record_header] = {
        type_alert, 0xFE, 0xFD, 0, 1, 0x80, 0, 0, 0, 0, 0, 0, explicit_nonce + alert + tag,
    };
    static const uint8_t plain[alert] = {1, close_notify};  // a warning
    memcpy(out, header, record_header);
    memcpy(out + record_header, header + 3, explicit_nonce);
    uint8_t *body = out + record_header + explicit_nonce;
    int written;
    EVP_CIPHER_CTX *context = begin(farewell, &farewell->ours, out, 1);
    int is_good = context && EVP_CipherUpdate(context, body, &written, plain, alert)
        && EVP_CipherFinal_ex(context, body + alert, &written)
        && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tag, body + alert);
    EVP_CIPHER_CTX_free(context);
    return is_good ? alert_record : 0;
}
