// SHA-1 over eight messages at a time.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { lane_count = 8 };

/// Word by word, each word of all lanes together, as the vector registers want it.
typedef uint32_t lanes_state[5][lane_count];

/// Hashes `blocks` blocks of 64 octets of each lane; `next` moves on by them.
typedef void lanes_compress(lanes_state state, const uint8_t *next[lane_count], size_t blocks);

#if defined(__x86_64__)
lanes_compress lanes_compress_avx2, lanes_compress_avx512;
#endif
