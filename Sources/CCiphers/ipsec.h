// AEAD_AES_128_GCM by libipsec-mb. Apart from the rest, for its header's names are OpenSSL's.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct ipsec_key ipsec_key;

/// NULL when memory is short or there is no libipsec-mb.
ipsec_key *ipsec_key_new(const uint8_t key[16]);
void ipsec_key_free(ipsec_key *key);

/// Encrypts from `in` to `out`, which may be the same, and writes 16 octets of tag.
void ipsec_seal(
    const ipsec_key *key, const uint8_t iv[12], const uint8_t *clear, size_t clear_count,
    uint8_t *out, const uint8_t *in, size_t count, uint8_t *tag);
