// Sealing in batches: packets of many sessions wait as jobs, then are encrypted one by one and
// authenticated eight at a time (AES_CM_128_HMAC_SHA1_80, RFC 3711 §4.1.1 and §4.2.1).
#include "lanes.h"
#include "transform.h"

#include <endian.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

enum { batch_most = 64, block = 64, trailer_most = 2 * block };

struct job {
    const cciphers_transform *transform;
    uint8_t *out;
    const uint8_t *payload;
    uint64_t index;
    uint32_t ssrc;
    uint32_t payload_count;
    uint16_t header;
    uint16_t prefix;
};

// What a lane hashes now: a message's whole blocks where they lie, what is left of it with the
// padding, then HMAC's outer block.
enum stage { body, trailer, outer, idle };

struct lane {
    enum stage stage;
    size_t blocks;  // still to come in this stage
    const struct job *job;
    size_t trailer_blocks;
    uint8_t end[trailer_most];
};

struct cciphers_batch {
    lanes_compress *compress;
    counter_encrypt *encrypt;  // NULL: by EVP
    size_t fewest;  // messages for which eight lanes pay
    size_t count;
    size_t failed;  // since its owner asked
    struct job jobs[batch_most];
    lanes_state state;
    const uint8_t *next[lane_count];
    struct lane lanes[lane_count];
};

static void choose(cciphers_batch *batch, enum cciphers_lanes lanes) {
    batch->fewest = batch_most + 1;
#if defined(__x86_64__)
    const int is_wide = __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512f");
    if (!__builtin_cpu_supports("avx2") || lanes == cciphers_lanes_one) return;
    const int is_wider = is_wide && lanes != cciphers_lanes_avx2;
    if (lanes == cciphers_lanes_avx512 && !is_wide) return;
    batch->compress = is_wider ? lanes_compress_avx512 : lanes_compress_avx2;
    batch->fewest = is_wider ? 3 : 4;
    if (__builtin_cpu_supports("aes"))
        batch->encrypt =
            __builtin_cpu_supports("vaes") ? counter_encrypt_vaes : counter_encrypt_aes;
#else
    (void)lanes;
#endif
}

cciphers_batch *cciphers_batch_new(enum cciphers_lanes lanes) {
    cciphers_batch *batch = calloc(1, sizeof *batch);
    if (batch) choose(batch, lanes);
    return batch;
}

void cciphers_batch_free(cciphers_batch *batch) { free(batch); }

int cciphers_batch_is_wide(const cciphers_batch *batch) { return batch->compress != NULL; }

size_t cciphers_batch_count(const cciphers_batch *batch) { return batch->count; }

void cciphers_transform_defer(cciphers_transform *transform, cciphers_batch *batch) {
    if (!batch->compress || transform->is_gcm || transform->way != by_evp) return;
#if defined(__x86_64__)
    if (batch->encrypt) transform->counter = malloc(sizeof *transform->counter);
    if (transform->counter) counter_expand(transform->counter, transform->key);
#endif
    transform->batch = batch;
    transform->way = by_batch;
}

static void seal_all(cciphers_batch *batch);

size_t batch_append(
    const cciphers_transform *transform, uint8_t *out, size_t header, size_t prefix,
    const uint8_t *payload, size_t payload_count, uint32_t ssrc, uint64_t index
) {
    cciphers_batch *batch = transform->batch;
    if (batch->count == batch_most) seal_all(batch);
    batch->jobs[batch->count++] = (struct job){
        transform, out, payload, index, ssrc, (uint32_t)payload_count, (uint16_t)header,
        (uint16_t)prefix,
    };
    return header + prefix + payload_count + cm_tag;
}

// MARK: Authentication

static size_t plain_count(const struct job *job) {
    return (size_t)job->header + job->prefix + job->payload_count;
}

// The padding of FIPS 180-4 §5.1.1 behind `used` octets of `end`; `total` counts from the key block.
static size_t pad(uint8_t *end, size_t used, size_t total) {
    const size_t count = used + 9 <= block ? block : 2 * block;
    const uint64_t bits = htobe64(8 * (uint64_t)total);
    memset(end + used, 0, count - used);
    end[used] = 0x80;
    memcpy(end + count - sizeof bits, &bits, sizeof bits);
    return count / block;
}

static void set_state(cciphers_batch *batch, size_t lane, const SHA_CTX *from) {
    const uint32_t words[5] = {from->h0, from->h1, from->h2, from->h3, from->h4};
    for (int i = 0; i < 5; i++) batch->state[i][lane] = words[i];
}

static void digest(const cciphers_batch *batch, size_t lane, uint8_t out[20]) {
    for (int i = 0; i < 5; i++) {
        const uint32_t word = htobe32(batch->state[i][lane]);
        memcpy(out + 4 * i, &word, sizeof word);
    }
}

static void begin(cciphers_batch *batch, size_t number, const struct job *job) {
    struct lane *lane = &batch->lanes[number];
    const size_t count = plain_count(job), rest = count % block;
    const uint32_t rollover = htobe32((uint32_t)(job->index >> 16));
    memcpy(lane->end, job->out + count - rest, rest);
    memcpy(lane->end + rest, &rollover, sizeof rollover);
    lane->trailer_blocks = pad(lane->end, rest + sizeof rollover, block + count + sizeof rollover);
    lane->job = job;
    lane->stage = count >= block ? body : trailer;
    lane->blocks = count >= block ? count / block : lane->trailer_blocks;
    batch->next[number] = count >= block ? job->out : lane->end;
    set_state(batch, number, &job->transform->inner);
}

// The stage that follows one that has ended; `idle` behind the last.
static void proceed(cciphers_batch *batch, size_t number) {
    struct lane *lane = &batch->lanes[number];
    batch->next[number] = lane->end;
    switch (lane->stage) {
    case body:
        lane->stage = trailer;
        lane->blocks = lane->trailer_blocks;
        break;
    case trailer:
        digest(batch, number, lane->end);
        lane->stage = outer;
        lane->blocks = pad(lane->end, 20, block + 20);
        set_state(batch, number, &lane->job->transform->outer);
        break;
    case outer: {
        uint8_t tag[20];
        digest(batch, number, tag);
        memcpy(lane->job->out + plain_count(lane->job), tag, cm_tag);
        lane->stage = idle;
        break;
    }
    case idle: break;
    }
}

// Lets all lanes go on until the first comes to the end of its stage. An idle one reads along.
static void compress(cciphers_batch *batch) {
    size_t blocks = SIZE_MAX, busy = 0;
    for (size_t i = 0; i < lane_count; i++)
        if (batch->lanes[i].stage != idle && batch->lanes[i].blocks < blocks) {
            blocks = batch->lanes[i].blocks;
            busy = i;
        }
    for (size_t i = 0; i < lane_count; i++)
        if (batch->lanes[i].stage == idle) batch->next[i] = batch->next[busy];
    batch->compress(batch->state, batch->next, blocks);
    for (size_t i = 0; i < lane_count; i++) {
        if (batch->lanes[i].stage == idle) continue;
        batch->lanes[i].blocks -= blocks;
        if (batch->lanes[i].blocks == 0) proceed(batch, i);
    }
}

static void authenticate_one(const struct job *job) {
    uint8_t tag[20];
    const size_t count = plain_count(job);
    transform_hmac(job->transform, job->out, count, (uint32_t)(job->index >> 16), tag);
    memcpy(job->out + count, tag, cm_tag);
}

static void authenticate(cciphers_batch *batch) {
    size_t started = 0, busy = 0;
    for (size_t i = 0; i < lane_count; i++) batch->lanes[i].stage = idle;
    do {
        // What is left when no lane is busy may be too little to fill them.
        if (busy == 0 && batch->count - started < batch->fewest) break;
        busy = 0;
        for (size_t i = 0; i < lane_count; i++) {
            if (batch->lanes[i].stage == idle && started < batch->count)
                begin(batch, i, &batch->jobs[started++]);
            busy += batch->lanes[i].stage != idle;
        }
        if (busy > 0) compress(batch);
        busy = 0;
        for (size_t i = 0; i < lane_count; i++) busy += batch->lanes[i].stage != idle;
    } while (busy > 0 || started < batch->count);
    while (started < batch->count) authenticate_one(&batch->jobs[started++]);
}

// MARK: Both

static int encrypt(const cciphers_batch *batch, const struct job *job) {
    const cciphers_transform *transform = job->transform;
    uint8_t *const out = job->out + job->header;
    if (!transform->counter || job->prefix > 0 || job->payload_count >= 1 << 20)
        return transform_encrypt(
            transform, out, job->prefix, job->payload, job->payload_count, job->ssrc, job->index);
    uint64_t iv[2];
    transform_iv(transform, job->ssrc, job->index, iv);
    batch->encrypt(transform->counter, (const uint8_t *)iv, out, job->payload, job->payload_count);
    return 1;
}

static void seal_all(cciphers_batch *batch) {
    for (size_t i = 0; i < batch->count; i++) {
        const struct job *job = &batch->jobs[i];
        if (encrypt(batch, job)) continue;
        batch->failed++;  // nothing in clear may leave: what is sent then does not open
        memset(job->out + job->header, 0, (size_t)job->prefix + job->payload_count);
    }
    authenticate(batch);
    batch->count = 0;
}

size_t cciphers_batch_seal(cciphers_batch *batch) {
    seal_all(batch);
    const size_t failed = batch->failed;
    batch->failed = 0;
    return failed;
}
