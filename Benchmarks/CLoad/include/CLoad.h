// What LoadGenerator needs of the kernel and Swift cannot say: batches of datagrams with the time
// each one came, and sinks that drop.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Buffers for one `recvmmsg`.
typedef struct load_batch load_batch;

/// NULL when memory is short.
load_batch *_Nullable load_batch_new(void);

/// Reads what waits on `descriptor`, at most 16 datagrams. Answers how many, 0 when none.
int load_batch_receive(load_batch *_Nonnull batch, int descriptor);

/// Octets of a datagram of the last batch, valid until the next.
const uint8_t *_Nonnull load_batch_bytes(const load_batch *_Nonnull batch, int index);
size_t load_batch_count(const load_batch *_Nonnull batch, int index);

/// When the kernel took the datagram in, in nanoseconds of CLOCK_MONOTONIC; 0 if it does not say.
int64_t load_batch_arrival(const load_batch *_Nonnull batch, int index);

/// Has the kernel stamp what comes, and keep up to `size` octets of it, the system's limit or not.
void load_prepare(int descriptor, int size);

/// Drops all RTP and RTCP inside the kernel but for one packet in 256, so that it wakes nobody.
/// Answers 0 when the filter is in place.
int load_drop_media(int descriptor);
