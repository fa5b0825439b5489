#include "counter.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define AES __attribute__((target("aes,sse4.1")))
#define VAES __attribute__((target("aes,avx2,vaes")))

AES static __m128i next_round(__m128i key, __m128i assist) {
    for (int i = 0; i < 3; i++) key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
    return _mm_xor_si128(key, _mm_shuffle_epi32(assist, 0xFF));
}

// The key expansion of FIPS 197 §5.2; its constants must be written out, they are part of the code.
AES void counter_expand(counter_key *expanded, const uint8_t key[16]) {
    __m128i round = _mm_loadu_si128((const __m128i *)key);
    __m128i *out = (__m128i *)expanded->rounds;
    _mm_storeu_si128(out, round);
#define EXPAND(number, constant)                                                  \
    round = next_round(round, _mm_aeskeygenassist_si128(round, constant));        \
    _mm_storeu_si128(out + number, round)
    EXPAND(1, 0x01);
    EXPAND(2, 0x02);
    EXPAND(3, 0x04);
    EXPAND(4, 0x08);
    EXPAND(5, 0x10);
    EXPAND(6, 0x20);
    EXPAND(7, 0x40);
    EXPAND(8, 0x80);
    EXPAND(9, 0x1B);
    EXPAND(10, 0x36);
}

// What is left of a packet, less than one stretch of `keystream`.
AES static void finish(uint8_t *out, const uint8_t *in, const uint8_t *keystream, size_t count) {
    for (; count >= 16; count -= 16, out += 16, in += 16, keystream += 16)
        _mm_storeu_si128(
            (__m128i *)out,
            _mm_xor_si128(
                _mm_loadu_si128((const __m128i *)in),
                _mm_loadu_si128((const __m128i *)keystream)));
    for (size_t i = 0; i < count; i++) out[i] = in[i] ^ keystream[i];
}

enum { together = 8 };  // blocks, or pairs of them, under way at a time

AES void counter_encrypt_aes(
    const counter_key *key, const uint8_t iv[16], uint8_t *out, const uint8_t *in, size_t count
) {
    const __m128i *rounds = (const __m128i *)key->rounds;
    const __m128i start = _mm_loadu_si128((const __m128i *)iv);
    for (unsigned number = 0; count > 0;) {
        __m128i blocks[together];
        for (int i = 0; i < together; i++, number++)
            blocks[i] = _mm_xor_si128(
                _mm_insert_epi16(start, __builtin_bswap16((uint16_t)number), 7),
                _mm_loadu_si128(rounds));
        for (int round = 1; round < 10; round++)
            for (int i = 0; i < together; i++)
                blocks[i] = _mm_aesenc_si128(blocks[i], _mm_loadu_si128(rounds + round));
        for (int i = 0; i < together; i++)
            blocks[i] = _mm_aesenclast_si128(blocks[i], _mm_loadu_si128(rounds + 10));
        if (count < sizeof blocks) {
            finish(out, in, (const uint8_t *)blocks, count);
            return;
        }
        finish(out, in, (const uint8_t *)blocks, sizeof blocks);
        out += sizeof blocks;
        in += sizeof blocks;
        count -= sizeof blocks;
    }
}

// Two blocks to a register.
#define PAIRS(blocks, most)                                                           \
    for (int i = 0; i < most; i++) {                                                  \
        blocks[i] = _mm256_xor_si256(_mm256_shuffle_epi8(counter, swap), rounds[0]);  \
        counter = _mm256_add_epi32(counter, two);                                     \
    }                                                                                 \
    for (int round = 1; round < 10; round++)                                          \
        for (int i = 0; i < most; i++)                                                \
            blocks[i] = _mm256_aesenc_epi128(blocks[i], rounds[round]);               \
    for (int i = 0; i < most; i++) blocks[i] = _mm256_aesenclast_epi128(blocks[i], rounds[10])

VAES void counter_encrypt_vaes(
    const counter_key *key, const uint8_t iv[16], uint8_t *out, const uint8_t *in, size_t count
) {
    const __m256i swap = _mm256_broadcastsi128_si256(
        _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    const __m256i two = _mm256_set_epi32(0, 0, 0, 2, 0, 0, 0, 2);
    __m256i rounds[11];
    for (int i = 0; i < 11; i++)
        rounds[i] = _mm256_broadcastsi128_si256(
            _mm_loadu_si128((const __m128i *)key->rounds[i]));
    __m256i counter = _mm256_shuffle_epi8(
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)iv)), swap);
    counter = _mm256_add_epi32(counter, _mm256_set_epi32(0, 0, 0, 1, 0, 0, 0, 0));
    for (; count >= 32 * together; count -= 32 * together) {
        __m256i blocks[together];
        PAIRS(blocks, together);
        for (int i = 0; i < together; i++, out += 32, in += 32)
            _mm256_storeu_si256(
                (__m256i *)out,
                _mm256_xor_si256(blocks[i], _mm256_loadu_si256((const __m256i *)in)));
    }
    while (count > 0) {
        __m256i blocks[4];
        PAIRS(blocks, 4);
        const size_t now = count < sizeof blocks ? count : sizeof blocks;
        finish(out, in, (const uint8_t *)blocks, now);
        out += now;
        in += now;
        count -= now;
    }
}

#endif
