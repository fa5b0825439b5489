// SHA-1 (FIPS 180-4 §6.1.2) over eight messages side by side, one to a 32-bit lane of 256 bits.
#include "lanes.h"

#if defined(__x86_64__)
#include <immintrin.h>

// One round; the schedule's word `t` is made sixteen rounds after those it is made of.
#define ROUND(t, f, k)                                                                      \
    do {                                                                                    \
        if (t >= 16)                                                                        \
            w[t & 15] = ROTATE(XOR4(w[(t - 3) & 15], w[(t - 8) & 15], w[(t - 14) & 15], w[t & 15]), 1); \
        const __m256i sum = _mm256_add_epi32(_mm256_add_epi32(f(b, c, d), e),               \
            _mm256_add_epi32(w[t & 15], _mm256_set1_epi32((int)k)));                        \
        e = d;                                                                              \
        d = c;                                                                              \
        c = ROTATE(b, 30);                                                                  \
        b = a;                                                                              \
        a = _mm256_add_epi32(sum, ROTATE(a, 5));                                            \
    } while (0)

#define FIVE(t, f, k) \
    ROUND(t, f, k); ROUND(t + 1, f, k); ROUND(t + 2, f, k); ROUND(t + 3, f, k); ROUND(t + 4, f, k)
#define TWENTY(t, f, k) \
    FIVE(t, f, k); FIVE(t + 5, f, k); FIVE(t + 10, f, k); FIVE(t + 15, f, k)

// Eight words of eight lanes, from lanes in rows to lanes in columns, in the machine's byte order.
#define COLUMNS(out, at)                                                                    \
    do {                                                                                    \
        __m256i row[8], pair[8], quad[8];                                                   \
        for (int i = 0; i < 8; i++)                                                         \
            row[i] = _mm256_shuffle_epi8(                                                   \
                _mm256_loadu_si256((const __m256i *)(next[i] + at)), swap);                 \
        for (int i = 0; i < 4; i++) {                                                       \
            pair[2 * i] = _mm256_unpacklo_epi32(row[2 * i], row[2 * i + 1]);                \
            pair[2 * i + 1] = _mm256_unpackhi_epi32(row[2 * i], row[2 * i + 1]);            \
        }                                                                                   \
        for (int i = 0; i < 2; i++) {                                                       \
            quad[4 * i] = _mm256_unpacklo_epi64(pair[4 * i], pair[4 * i + 2]);              \
            quad[4 * i + 1] = _mm256_unpackhi_epi64(pair[4 * i], pair[4 * i + 2]);          \
            quad[4 * i + 2] = _mm256_unpacklo_epi64(pair[4 * i + 1], pair[4 * i + 3]);      \
            quad[4 * i + 3] = _mm256_unpackhi_epi64(pair[4 * i + 1], pair[4 * i + 3]);      \
        }                                                                                   \
        for (int i = 0; i < 4; i++) {                                                       \
            out[i] = _mm256_permute2x128_si256(quad[i], quad[4 + i], 0x20);                 \
            out[4 + i] = _mm256_permute2x128_si256(quad[i], quad[4 + i], 0x31);             \
        }                                                                                   \
    } while (0)

#define COMPRESS                                                                            \
    const __m256i swap = _mm256_broadcastsi128_si256(                                       \
        _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3));                \
    __m256i h[5], w[16];                                                                    \
    for (int i = 0; i < 5; i++) h[i] = _mm256_loadu_si256((const __m256i *)state[i]);       \
    for (; blocks > 0; blocks--) {                                                          \
        COLUMNS(w, 0);                                                                      \
        COLUMNS((w + 8), 32);                                                               \
        for (int i = 0; i < lane_count; i++) next[i] += 64;                                 \
        __m256i a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];                           \
        TWENTY(0, CHOOSE, 0x5A827999);                                                      \
        TWENTY(20, XOR3, 0x6ED9EBA1);                                                       \
        TWENTY(40, MAJORITY, 0x8F1BBCDC);                                                   \
        TWENTY(60, XOR3, 0xCA62C1D6);                                                       \
        h[0] = _mm256_add_epi32(h[0], a);                                                   \
        h[1] = _mm256_add_epi32(h[1], b);                                                   \
        h[2] = _mm256_add_epi32(h[2], c);                                                   \
        h[3] = _mm256_add_epi32(h[3], d);                                                   \
        h[4] = _mm256_add_epi32(h[4], e);                                                   \
    }                                                                                       \
    for (int i = 0; i < 5; i++) _mm256_storeu_si256((__m256i *)state[i], h[i])

#define ROTATE(x, n) _mm256_or_si256(_mm256_slli_epi32(x, n), _mm256_srli_epi32(x, 32 - n))
#define XOR3(x, y, z) _mm256_xor_si256(_mm256_xor_si256(x, y), z)
#define XOR4(x, y, z, u) _mm256_xor_si256(_mm256_xor_si256(x, y), _mm256_xor_si256(z, u))
#define CHOOSE(x, y, z) _mm256_xor_si256(z, _mm256_and_si256(x, _mm256_xor_si256(y, z)))
#define MAJORITY(x, y, z) \
    _mm256_xor_si256(x, _mm256_and_si256(_mm256_xor_si256(x, y), _mm256_xor_si256(x, z)))

__attribute__((target("avx2"))) void lanes_compress_avx2(
    lanes_state state, const uint8_t *next[lane_count], size_t blocks
) {
    COMPRESS;
}

// AVX-512's rotation and three-input logic on the same 256 bits: half the instructions, twice the
// registers, and no lower clock.
#undef ROTATE
#undef XOR3
#undef XOR4
#undef CHOOSE
#undef MAJORITY
#define ROTATE(x, n) _mm256_rol_epi32(x, n)
#define XOR3(x, y, z) _mm256_ternarylogic_epi32(x, y, z, 0x96)
#define XOR4(x, y, z, u) _mm256_xor_si256(XOR3(x, y, z), u)
#define CHOOSE(x, y, z) _mm256_ternarylogic_epi32(x, y, z, 0xCA)
#define MAJORITY(x, y, z) _mm256_ternarylogic_epi32(x, y, z, 0xE8)

__attribute__((target("avx2,avx512f,avx512vl"))) void lanes_compress_avx512(
    lanes_state state, const uint8_t *next[lane_count], size_t blocks
) {
    COMPRESS;
}

#endif
