// What the files that seal and open know of a transform.
#pragma once
#include <endian.h>
#include "CCiphers.h"
#include "counter.h"
#include "ipsec.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

enum { gcm_tag = 16, cm_tag = 10, srtcp_index = 4, rtcp_header = 8 };

/// Who does the work.
enum way {
    by_evp,
    by_library,  // libsrtp2, all of it
    by_batch,  // RTP out, which waits to be sealed together
    by_ipsec,  // RTP out, GCM by libipsec-mb
};

struct cciphers_transform {
    enum way way;
    union {
        struct cciphers_library *library;
        cciphers_batch *batch;
        ipsec_key *ipsec;
    };
    counter_key *counter;  // the round keys, where a batch encrypts without EVP
    uint8_t key[16];
    EVP_CIPHER_CTX *cipher;  // keyed once; a packet sets only its IV
    int is_gcm;
    unsigned uses;  // libsrtp2 keeps RTP and RTCP of a direction in one session
    uint64_t salt[2];  // its octets as they lie, zeros behind them
    SHA_CTX inner, outer;  // HMAC's two key blocks, already hashed
};

// MARK: transform.c

/// HMAC-SHA1 over `count` octets and four more, big-endian: the ROC of SRTP (RFC 3711 §4.2).
void transform_hmac(
    const cciphers_transform *transform, const uint8_t *bytes, size_t count, uint32_t word,
    uint8_t digest[20]);

// An IV is salt XOR (SSRC, index), two octets later in AES-CM (RFC 3711 §4.1.1) than in GCM
// (RFC 7714 §8.1, §9.1). As two big-endian words, so that a packet costs two exclusive ors.
static inline void transform_iv(
    const cciphers_transform *transform, uint32_t ssrc, uint64_t index, uint64_t iv[2]
) {
    const uint64_t high = transform->is_gcm ? (uint64_t)ssrc << 16 | (index >> 32 & 0xFFFF) : ssrc;
    const uint64_t low = index << (transform->is_gcm ? 32 : 16);
    iv[0] = transform->salt[0] ^ htobe64(high);
    iv[1] = transform->salt[1] ^ htobe64(low);
}

/// AES-CM over `prefix` octets where they lie at `out`, and `payload` to behind them; 0 if refused.
int transform_encrypt(
    const cciphers_transform *transform, uint8_t *out, size_t prefix, const uint8_t *payload,
    size_t payload_count, uint32_t ssrc, uint64_t index);

// MARK: batch.c

/// Notes a packet to be sealed later; the length it will have.
size_t batch_append(
    const cciphers_transform *transform, uint8_t *out, size_t header, size_t prefix,
    const uint8_t *payload, size_t payload_count, uint32_t ssrc, uint64_t index);

// MARK: library.c

void library_free(struct cciphers_library *library);

size_t library_seal_rtp(
    struct cciphers_library *library, uint8_t *out, size_t clear, const uint8_t *payload,
    size_t payload_count);
size_t library_open_rtp(
    struct cciphers_library *library, uint8_t *out, const uint8_t *packet, size_t count);
size_t library_seal_rtcp(
    struct cciphers_library *library, uint8_t *out, const uint8_t *packet, size_t count);
size_t library_open_rtcp(
    struct cciphers_library *library, uint8_t *out, const uint8_t *packet, size_t count);
