// AES-128 in counter mode by the CPU's own instructions, for packets sealed in batches: EVP spends as
// long on the way to its assembler as that on a packet.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Round keys as the instructions read them.
typedef struct counter_key {
    uint8_t rounds[11][16];
} counter_key;

/// Encrypts `count` octets, fewer than 2²⁰, from `in` to `out`. The counter is the last two octets of
/// `iv`, which are zero (RFC 3711 §4.1.1).
typedef void counter_encrypt(
    const counter_key *key, const uint8_t iv[16], uint8_t *out, const uint8_t *in, size_t count);

#if defined(__x86_64__)
void counter_expand(counter_key *expanded, const uint8_t key[16]);
counter_encrypt counter_encrypt_aes, counter_encrypt_vaes;
#endif
