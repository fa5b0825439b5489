#include "transform.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static void hmac_key(cciphers_transform *transform, const uint8_t key[20]) {
    uint8_t block[64];
    memset(block, 0x36, sizeof block);
    for (int i = 0; i < 20; i++) block[i] ^= key[i];
    SHA1_Init(&transform->inner);
    SHA1_Update(&transform->inner, block, sizeof block);
    for (size_t i = 0; i < sizeof block; i++) block[i] ^= 0x36 ^ 0x5C;
    SHA1_Init(&transform->outer);
    SHA1_Update(&transform->outer, block, sizeof block);
    OPENSSL_cleanse(block, sizeof block);
}

void transform_hmac(
    const cciphers_transform *transform, const uint8_t *bytes, size_t count, uint32_t word,
    uint8_t digest[20]
) {
    const uint8_t tail[4] = {word >> 24, word >> 16, word >> 8, word};
    SHA_CTX state = transform->inner;
    SHA1_Update(&state, bytes, count);
    SHA1_Update(&state, tail, sizeof tail);
    SHA1_Final(digest, &state);
    state = transform->outer;
    SHA1_Update(&state, digest, 20);
    SHA1_Final(digest, &state);
}

cciphers_transform *cciphers_transform_new(
    const uint8_t *key, const uint8_t *authentication_key, const uint8_t *salt, int seals
) {
    cciphers_transform *transform = calloc(1, sizeof *transform);
    if (!transform) return NULL;
    transform->uses = 1;
    memcpy(transform->key, key, sizeof transform->key);
    transform->is_gcm = authentication_key == NULL;
    memcpy(transform->salt, salt, transform->is_gcm ? 12 : 14);
    if (authentication_key) hmac_key(transform, authentication_key);
    transform->cipher = EVP_CIPHER_CTX_new();
    const EVP_CIPHER *cipher = transform->is_gcm ? EVP_aes_128_gcm() : EVP_aes_128_ctr();
    if (!transform->cipher
        || EVP_CipherInit_ex(transform->cipher, cipher, NULL, key, NULL, seals) != 1) {
        cciphers_transform_free(transform);
        return NULL;
    }
    return transform;
}

cciphers_transform *cciphers_transform_retain(cciphers_transform *transform) {
    transform->uses++;
    return transform;
}

void cciphers_transform_free(cciphers_transform *transform) {
    if (--transform->uses > 0) return;
    if (transform->way == by_library) library_free(transform->library);
    if (transform->way == by_ipsec) ipsec_key_free(transform->ipsec);
    if (transform->counter) OPENSSL_cleanse(transform->counter, sizeof *transform->counter);
    free(transform->counter);
    EVP_CIPHER_CTX_free(transform->cipher);
    OPENSSL_cleanse(transform, sizeof *transform);
    free(transform);
}

static int start(const cciphers_transform *transform, uint32_t ssrc, uint64_t index) {
    uint64_t iv[2];
    transform_iv(transform, ssrc, index, iv);
    return EVP_CipherInit_ex(
        transform->cipher, NULL, NULL, NULL, (const uint8_t *)iv, -1);
}

static int update(
    const cciphers_transform *transform, uint8_t *out, const uint8_t *in, size_t count
) {
    int written;
    return count == 0 || EVP_CipherUpdate(transform->cipher, out, &written, in, (int)count);
}

int transform_encrypt(
    const cciphers_transform *transform, uint8_t *out, size_t prefix, const uint8_t *payload,
    size_t payload_count, uint32_t ssrc, uint64_t index
) {
    return start(transform, ssrc, index) && update(transform, out, out, prefix)
        && update(transform, out + prefix, payload, payload_count);
}

static int finish_seal(const cciphers_transform *transform, uint8_t *tag) {
    int written;
    return EVP_CipherFinal_ex(transform->cipher, tag, &written)
        && EVP_CIPHER_CTX_ctrl(transform->cipher, EVP_CTRL_AEAD_GET_TAG, gcm_tag, tag);
}

static int finish_open(const cciphers_transform *transform, const uint8_t *tag) {
    int written;
    uint8_t nothing[16];
    return EVP_CIPHER_CTX_ctrl(transform->cipher, EVP_CTRL_AEAD_SET_TAG, gcm_tag, (void *)tag)
        && EVP_CipherFinal_ex(transform->cipher, nothing, &written) > 0;
}

int cciphers_transform_accelerate(cciphers_transform *transform) {
    if (!transform->is_gcm || transform->way != by_evp) return 0;
    ipsec_key *key = ipsec_key_new(transform->key);
    if (!key) return 0;
    transform->ipsec = key;
    transform->way = by_ipsec;
    return 1;
}

static size_t seal_by_ipsec(
    const cciphers_transform *transform, uint8_t *out, size_t header, size_t prefix,
    const uint8_t *payload, size_t payload_count, uint32_t ssrc, uint64_t index
) {
    uint8_t *const body = out + header;
    const size_t count = prefix + payload_count;
    uint64_t iv[2];
    transform_iv(transform, ssrc, index, iv);
    if (prefix > 0) {  // in one piece, or it would take three calls
        memcpy(body + prefix, payload, payload_count);
        payload = body;
    }
    ipsec_seal(
        transform->ipsec, (const uint8_t *)iv, out, header, body, payload, count, body + count);
    return header + count + gcm_tag;
}

// Apart, so that what goes by EVP saves no registers for it.
static __attribute__((noinline)) size_t seal_otherwise(
    cciphers_transform *transform, uint8_t *out, size_t header, size_t prefix,
    const uint8_t *payload, size_t payload_count, uint32_t ssrc, uint64_t index
) {
    switch (transform->way) {
    case by_evp: return 0;
    case by_library:
        return library_seal_rtp(transform->library, out, header + prefix, payload, payload_count);
    case by_batch:
        return batch_append(
            transform, out, header, prefix, payload, payload_count, ssrc, index);
    case by_ipsec:
        return seal_by_ipsec(
            transform, out, header, prefix, payload, payload_count, ssrc, index);
    }
    return 0;
}

size_t cciphers_seal_rtp(
    cciphers_transform *transform, uint8_t *out, size_t header, size_t prefix,
    const uint8_t *payload, size_t payload_count, uint32_t ssrc, uint64_t index
) {
    if (transform->way != by_evp)
        return seal_otherwise(
            transform, out, header, prefix, payload, payload_count, ssrc, index);
    const size_t clear = header + prefix, count = clear + payload_count;
    if (!start(transform, ssrc, index)) return 0;
    if (transform->is_gcm && !update(transform, NULL, out, header)) return 0;
    if (!update(transform, out + header, out + header, prefix)) return 0;
    if (!update(transform, out + clear, payload, payload_count)) return 0;
    if (transform->is_gcm) return finish_seal(transform, out + count) ? count + gcm_tag : 0;
    uint8_t digest[20];
    transform_hmac(transform, out, count, (uint32_t)(index >> 16), digest);
    memcpy(out + count, digest, cm_tag);
    return count + cm_tag;
}

size_t cciphers_open_rtp(
    cciphers_transform *transform, uint8_t *out, const uint8_t *packet, size_t count,
    size_t header, uint32_t ssrc, uint64_t index
) {
    if (transform->way == by_library) return library_open_rtp(transform->library, out, packet, count);
    const size_t plain = count - (transform->is_gcm ? gcm_tag : cm_tag);
    if (!transform->is_gcm) {
        uint8_t digest[20];
        transform_hmac(transform, packet, plain, (uint32_t)(index >> 16), digest);
        if (CRYPTO_memcmp(digest, packet + plain, cm_tag) != 0) return 0;
    }
    if (!start(transform, ssrc, index)) return 0;
    if (transform->is_gcm && !update(transform, NULL, packet, header)) return 0;
    if (!update(transform, out + header, packet + header, plain - header)) return 0;
    if (transform->is_gcm && !finish_open(transform, packet + plain)) return 0;
    memmove(out, packet, header);
    return plain;
}

size_t cciphers_seal_rtcp(
    cciphers_transform *transform, uint8_t *out, const uint8_t *packet, size_t count,
    uint32_t ssrc, uint32_t index
) {
    if (transform->way == by_library) return library_seal_rtcp(transform->library, out, packet, count);
    const uint32_t word = index | 0x80000000;  // E: encrypted
    const uint8_t trailer[srtcp_index] = {word >> 24, word >> 16, word >> 8, word};
    memcpy(out, packet, rtcp_header);
    int is_good = start(transform, ssrc, index);
    if (transform->is_gcm)
        is_good = is_good && update(transform, NULL, out, rtcp_header)
            && update(transform, NULL, trailer, sizeof trailer);
    is_good = is_good
        && update(transform, out + rtcp_header, packet + rtcp_header, count - rtcp_header);
    if (!is_good) return 0;
    if (transform->is_gcm) {  // tag, then index (RFC 7714 §9.2)
        if (!finish_seal(transform, out + count)) return 0;
        memcpy(out + count + gcm_tag, trailer, sizeof trailer);
        return count + gcm_tag + sizeof trailer;
    }
    uint8_t digest[20];  // index, then tag (RFC 3711 §3.4)
    transform_hmac(transform, out, count, word, digest);
    memcpy(out + count, trailer, sizeof trailer);
    memcpy(out + count + sizeof trailer, digest, cm_tag);
    return count + sizeof trailer + cm_tag;
}

size_t cciphers_open_rtcp(
    cciphers_transform *transform, uint8_t *out, const uint8_t *packet, size_t count,
    uint32_t ssrc, uint32_t index
) {
    if (transform->way == by_library) return library_open_rtcp(transform->library, out, packet, count);
    const uint32_t word = index | 0x80000000;
    const size_t plain = count - srtcp_index - (transform->is_gcm ? gcm_tag : cm_tag);
    if (!transform->is_gcm) {
        uint8_t digest[20];
        transform_hmac(transform, packet, plain, word, digest);
        if (CRYPTO_memcmp(digest, packet + plain + srtcp_index, cm_tag) != 0) return 0;
    }
    if (!start(transform, ssrc, index)) return 0;
    if (transform->is_gcm
        && !(update(transform, NULL, packet, rtcp_header)
             && update(transform, NULL, packet + count - srtcp_index, srtcp_index)))
        return 0;
    if (!update(transform, out + rtcp_header, packet + rtcp_header, plain - rtcp_header)) return 0;
    if (transform->is_gcm && !finish_open(transform, packet + plain)) return 0;
    memmove(out, packet, rtcp_header);
    return plain;
}

int cciphers_prf(const uint8_t key[16], const uint8_t iv[16], uint8_t *out, size_t count) {
    int written;
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    memset(out, 0, count);
    int is_good = cipher && EVP_EncryptInit_ex(cipher, EVP_aes_128_ctr(), NULL, key, iv)
        && EVP_EncryptUpdate(cipher, out, &written, out, (int)count);
    EVP_CIPHER_CTX_free(cipher);
    return is_good;
}
