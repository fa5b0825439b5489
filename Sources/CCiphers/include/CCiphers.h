// What Ciphers cannot say in Swift: OpenSSL's control macros, the datagram BIO, and the per-packet
// sequences of EVP calls, one C call a packet. OpenSSL's types stay opaque here, so that this
// header includes none of its headers.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct ssl_st;
struct ssl_ctx_st;
struct evp_pkey_st;

// MARK: transform.c: SRTP and SRTCP over EVP

/// One direction of SRTP or of SRTCP under one session key (RFC 3711 §4, RFC 7714 §8 and §9).
typedef struct cciphers_transform cciphers_transform;

/// `authentication_key` is 20 octets for AES_CM_128_HMAC_SHA1_80, and NULL for AEAD_AES_128_GCM.
/// `salt` is 14 or 12 octets. NULL when memory is short.
cciphers_transform *_Nullable cciphers_transform_new(
    const uint8_t *_Nonnull key, const uint8_t *_Nullable authentication_key,
    const uint8_t *_Nonnull salt, int seals);

/// One more owner; `cciphers_transform_free` ends one's ownership.
cciphers_transform *_Nonnull cciphers_transform_retain(cciphers_transform *_Nonnull transform);
void cciphers_transform_free(cciphers_transform *_Nonnull transform);

/// Seals in `out`: `header` octets stay clear, `prefix` octets after them are encrypted in place,
/// then `payload` is encrypted from where it lies. Answers the whole length, 0 if OpenSSL refused.
size_t cciphers_seal_rtp(
    cciphers_transform *_Nonnull transform, uint8_t *_Nonnull out, size_t header, size_t prefix,
    const uint8_t *_Nonnull payload, size_t payload_count, uint32_t ssrc, uint64_t index);

/// Opens `packet` into `out`, which may be the same. Answers the plain length, 0 if not authentic,
/// `cciphers_replayed` if libsrtp2 takes it for a second copy.
size_t cciphers_open_rtp(
    cciphers_transform *_Nonnull transform, uint8_t *_Nonnull out, const uint8_t *_Nonnull packet,
    size_t count, size_t header, uint32_t ssrc, uint64_t index);

/// Seals a compound packet of `count` ≥ 8 octets into `out` (`count` plus tag plus 4).
size_t cciphers_seal_rtcp(
    cciphers_transform *_Nonnull transform, uint8_t *_Nonnull out, const uint8_t *_Nonnull packet,
    size_t count, uint32_t ssrc, uint32_t index);

/// Opens a compound packet of at least 12 octets and a tag, whose E bit is known to be set.
size_t cciphers_open_rtcp(
    cciphers_transform *_Nonnull transform, uint8_t *_Nonnull out, const uint8_t *_Nonnull packet,
    size_t count, uint32_t ssrc, uint32_t index);

/// Fills `out` with the AES-CM keystream of `key` from counter block `iv`, the PRF of key
/// derivation (RFC 3711 §4.3.3). Answers 1, or 0 if OpenSSL refused.
int cciphers_prf(
    const uint8_t key[_Nonnull 16], const uint8_t iv[_Nonnull 16], uint8_t *_Nonnull out,
    size_t count);

// MARK: batch.c: RTP of many sessions sealed together

typedef struct cciphers_batch cciphers_batch;

/// How many messages SHA-1 goes over at a time, and by which instructions.
enum cciphers_lanes {
    cciphers_lanes_best,  // of what this CPU has
    cciphers_lanes_one,
    cciphers_lanes_avx2,  // eight
    cciphers_lanes_avx512,  // eight, AVX-512VL
};

/// Room for packets that wait; NULL when memory is short.
cciphers_batch *_Nullable cciphers_batch_new(enum cciphers_lanes lanes);
void cciphers_batch_free(cciphers_batch *_Nonnull batch);

/// Whether this CPU gains anything by it: if not, nothing ever waits.
int cciphers_batch_is_wide(const cciphers_batch *_Nonnull batch);

/// From now on RTP sealed by `transform` waits in `batch`: `cciphers_seal_rtp` notes it and answers the
/// length that it will have. For AES_CM_128_HMAC_SHA1_80 over EVP alone; others go on as before.
void cciphers_transform_defer(
    cciphers_transform *_Nonnull transform, cciphers_batch *_Nonnull batch);

/// Packets that wait.
size_t cciphers_batch_count(const cciphers_batch *_Nonnull batch);

/// Seals all that wait; answers how many OpenSSL refused since it was last called: their payloads are
/// zeros now.
size_t cciphers_batch_seal(cciphers_batch *_Nonnull batch);

// MARK: ipsec.c: AEAD_AES_128_GCM by libipsec-mb

/// Whether libipsec-mb is installed, of the version built with, and knows this CPU; loads it at the
/// first call.
int cciphers_ipsec_available(void);

/// From now on RTP is sealed by libipsec-mb, if it is AEAD_AES_128_GCM; answers 0 if not.
int cciphers_transform_accelerate(cciphers_transform *_Nonnull transform);

// MARK: library.c: SRTP and SRTCP by libsrtp2

/// What the openers answer besides lengths.
static const size_t cciphers_replayed = SIZE_MAX;

/// Whether libsrtp2 is installed and willing; loads it at the first call.
int cciphers_library_available(void);

/// Both streams of one direction under a master key of 16 octets and a salt of 12 or 14. It counts
/// indexes by itself: those of an SSRC must begin below 2¹⁶ and go on by less than 2¹⁵, SRTCP's are
/// its own. NULL when memory is short or there is no libsrtp2.
cciphers_transform *_Nullable cciphers_library_new(
    const uint8_t *_Nonnull key, const uint8_t *_Nonnull salt, int is_gcm, int seals);

// MARK: link.c: a datagram BIO in memory

/// Makes `ssl` speak through datagrams in memory, of at most `mtu` octets each, and retransmit
/// after 100 ms at first, doubling up to 4 s. 0 if memory is short.
int cciphers_link_attach(struct ssl_st *_Nonnull ssl, size_t mtu);

/// Adds an accepted certificate digest; `bits` names SHA-1 (160), SHA-256, SHA-384 or SHA-512.
/// Answers 0 when the list (8) is full.
int cciphers_link_expect(
    struct ssl_st *_Nonnull ssl, int bits, const uint8_t *_Nonnull digest, size_t count);

/// Octets of the oldest datagram that waits to be sent, 0 when none does.
size_t cciphers_link_pending(struct ssl_st *_Nonnull ssl);

/// Takes that datagram out, into room for `cciphers_link_pending` octets.
void cciphers_link_take(struct ssl_st *_Nonnull ssl, uint8_t *_Nonnull out);

/// Whether the peer showed a certificate that was not expected.
int cciphers_link_mismatched(struct ssl_st *_Nonnull ssl);

// MARK: dtls.c: control macros and one step of a session

/// Settings every session shares; see DTLSContext. Answers 0 when OpenSSL refused one.
int cciphers_context_configure(struct ssl_ctx_st *_Nonnull context);

/// A new P-256 key, NULL when OpenSSL refused.
struct evp_pkey_st *_Nullable cciphers_p256_new(void);

enum cciphers_progress {
    cciphers_waiting,
    cciphers_connected,
    cciphers_closed,
    cciphers_failed,
};

/// Hands one datagram (or none, with count 0) to the session and lets it go as far as it can.
/// Application data is read and discarded.
enum cciphers_progress cciphers_step(
    struct ssl_st *_Nonnull ssl, const uint8_t *_Nullable datagram, size_t count);

/// The alert the last failed step received, -1 when it failed for another reason.
int cciphers_received_alert(void);

/// Nanoseconds until OpenSSL's retransmission timer, -1 when it does not run.
int64_t cciphers_timeout(struct ssl_st *_Nonnull ssl);

/// Retransmits if the timer has run out; -1 when it has done so too often.
int cciphers_expire(struct ssl_st *_Nonnull ssl);

/// Queues a close_notify.
void cciphers_shutdown(struct ssl_st *_Nonnull ssl);

// MARK: farewell.c: what is left of a session after its handshake, its record keys

typedef struct cciphers_farewell cciphers_farewell;

/// Copies the record keys of a connected session; NULL for other suites than GCM.
cciphers_farewell *_Nullable cciphers_farewell_new(struct ssl_st *_Nonnull ssl);

void cciphers_farewell_free(cciphers_farewell *_Nonnull farewell);

/// 1 if one of the datagram's records is an authentic close_notify.
int cciphers_farewell_received(
    const cciphers_farewell *_Nonnull farewell, const uint8_t *_Nonnull datagram, size_t count);

/// Our close_notify, 39 octets; 0 if OpenSSL failed.
size_t cciphers_farewell_write(
    const cciphers_farewell *_Nonnull farewell, uint8_t *_Nonnull out);

// MARK: tls.c: a TLS client over memory

/// Settings of clients; `verifies` asks for a certificate the system trusts. NULL when refused.
struct ssl_ctx_st *_Nullable cciphers_tls_context(int verifies);

/// A client that expects `host`, a name or (`is_address`) an address literal; NULL when refused.
struct ssl_st *_Nullable cciphers_tls_new(
    struct ssl_ctx_st *_Nonnull context, const char *_Nonnull host, int is_address);

/// Octets from and for the network.
size_t cciphers_tls_give(struct ssl_st *_Nonnull ssl, const uint8_t *_Nonnull bytes, size_t count);
size_t cciphers_tls_pending(struct ssl_st *_Nonnull ssl);
size_t cciphers_tls_take(struct ssl_st *_Nonnull ssl, uint8_t *_Nonnull out, size_t capacity);

enum cciphers_progress cciphers_tls_handshake(struct ssl_st *_Nonnull ssl);

/// Plain octets: their count, 0 when there are none yet, -1 at the peer's goodbye, -2 on failure.
int cciphers_tls_read(struct ssl_st *_Nonnull ssl, uint8_t *_Nonnull out, size_t capacity);

/// 1 when all was taken.
int cciphers_tls_write(struct ssl_st *_Nonnull ssl, const uint8_t *_Nonnull bytes, size_t count);

/// Why the handshake failed, for a person.
void cciphers_tls_reason(struct ssl_st *_Nonnull ssl, char *_Nonnull text, size_t capacity);
