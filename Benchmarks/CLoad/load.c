#define _GNU_SOURCE
#include "CLoad.h"

#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { most = 16, octets_most = 2048, control_most = 64 };

struct load_batch {
    struct mmsghdr headers[most];
    struct iovec vectors[most];
    int64_t realtime_ahead;  // of the monotonic clock
    _Alignas(struct cmsghdr) uint8_t controls[most][control_most];
    uint8_t octets[most][octets_most];
};

static int64_t nanoseconds(const struct timespec *time) {
    return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

// Of several readings the one least disturbed between its two clocks.
static int64_t realtime_ahead(void) {
    int64_t best = 0, least = INT64_MAX;
    for (int i = 0; i < 16; i++) {
        struct timespec before, real, after;
        clock_gettime(CLOCK_MONOTONIC, &before);
        clock_gettime(CLOCK_REALTIME, &real);
        clock_gettime(CLOCK_MONOTONIC, &after);
        int64_t width = nanoseconds(&after) - nanoseconds(&before);
        if (width >= least) continue;
        least = width;
        best = nanoseconds(&real) - nanoseconds(&before) - width / 2;
    }
    return best;
}

load_batch *load_batch_new(void) {
    load_batch *batch = calloc(1, sizeof *batch);
    if (!batch) return NULL;
    batch->realtime_ahead = realtime_ahead();
    for (int i = 0; i < most; i++) {
        batch->vectors[i] = (struct iovec){batch->octets[i], octets_most};
        batch->headers[i].msg_hdr.msg_iov = &batch->vectors[i];
        batch->headers[i].msg_hdr.msg_iovlen = 1;
        batch->headers[i].msg_hdr.msg_control = batch->controls[i];
    }
    return batch;
}

int load_batch_receive(load_batch *batch, int descriptor) {
    for (int i = 0; i < most; i++) batch->headers[i].msg_hdr.msg_controllen = control_most;
    int count = recvmmsg(descriptor, batch->headers, most, MSG_DONTWAIT, NULL);
    return count > 0 ? count : 0;
}

const uint8_t *load_batch_bytes(const load_batch *batch, int index) {
    return batch->octets[index];
}

size_t load_batch_count(const load_batch *batch, int index) {
    return batch->headers[index].msg_len;
}

int64_t load_batch_arrival(const load_batch *batch, int index) {
    struct msghdr *header = (struct msghdr *)&batch->headers[index].msg_hdr;
    for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control;
         control = CMSG_NXTHDR(header, control)) {
        if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_TIMESTAMPNS) continue;
        struct timespec time;
        memcpy(&time, CMSG_DATA(control), sizeof time);
        return nanoseconds(&time) - batch->realtime_ahead;
    }
    return 0;
}

void load_prepare(int descriptor, int size) {
    int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

int load_drop_media(int descriptor) {
    enum { udp_header = 8, sequence_low = udp_header + 3 };
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, udp_header),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xC0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x80, 0, 2),  // RTP and RTCP (RFC 7983)
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, sequence_low),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xFFFF),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};
    return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}
