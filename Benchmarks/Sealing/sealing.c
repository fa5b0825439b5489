// What sealing one RTP packet costs, by each way CCiphers has: nanoseconds of this thread's CPU, the
// best of many short turns in which all take their part, and the ratio to EVP.
//
//   Sealing [PAYLOAD [PACKETS]]     octets, and packets sealed before any is sent
//   Sealing PAYLOAD PACKETS NAME    one way alone, ten rounds: for callgrind
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "CCiphers.h"

enum { sessions = 100, header = 12, most = 64, slot = 2048, turns = 300, repeats = 5 };

struct way {
    const char *name;
    int is_gcm;
    enum cciphers_lanes lanes;
    int by_library;
    int by_ipsec;
};

static const struct way ways[] = {
    {"cm.evp", 0, cciphers_lanes_one, 0, 0},
    {"cm.libsrtp2", 0, cciphers_lanes_one, 1, 0},
    {"cm.avx2", 0, cciphers_lanes_avx2, 0, 0},
    {"cm.avx512", 0, cciphers_lanes_avx512, 0, 0},
    {"gcm.evp", 1, cciphers_lanes_one, 0, 0},
    {"gcm.libsrtp2", 1, cciphers_lanes_one, 1, 0},
    {"gcm.ipsec-mb", 1, cciphers_lanes_one, 0, 1},
};
enum { way_count = sizeof ways / sizeof *ways };

static cciphers_transform *transforms[way_count][sessions];
static cciphers_batch *batches[way_count];
static uint8_t packet[slot], arena[most * slot];
static uint64_t next_index[way_count];

static int prepare(int number) {
    const struct way *way = &ways[number];
    batches[number] = cciphers_batch_new(way->lanes);
    if (!batches[number]) return 0;
    if (way->lanes != cciphers_lanes_one && !cciphers_batch_is_wide(batches[number])) return 0;
    for (int i = 0; i < sessions; i++) {
        uint8_t key[16], authentication[20], salt[14];
        memset(key, i, sizeof key);
        memset(authentication, i + 1, sizeof authentication);
        memset(salt, i + 2, sizeof salt);
        cciphers_transform *made = way->by_library
            ? cciphers_library_new(key, salt, way->is_gcm, 1)
            : cciphers_transform_new(key, way->is_gcm ? NULL : authentication, salt, 1);
        if (!made) return 0;
        cciphers_transform_defer(made, batches[number]);
        if (way->by_ipsec && !cciphers_transform_accelerate(made)) return 0;
        transforms[number][i] = made;
    }
    return 1;
}

// One packet to each session, as many at a time as leave together.
static void seal(int number, size_t payload, int together) {
    const uint64_t index = next_index[number]++;
    packet[2] = (uint8_t)(index >> 8);
    packet[3] = (uint8_t)index;
    size_t used = 0;
    for (int i = 0; i < sessions; i++) {
        if (i % together == 0) {
            cciphers_batch_seal(batches[number]);
            used = 0;
        }
        memcpy(arena + used, packet, header);
        used += cciphers_seal_rtp(
            transforms[number][i], arena + used, header, 0, packet + header, payload, 0x5151,
            index);
    }
    cciphers_batch_seal(batches[number]);
}

static double cpu(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(int count, char **arguments) {
    const size_t payload = count > 1 ? strtoul(arguments[1], NULL, 10) : 1088;
    const int together = count > 2 ? atoi(arguments[2]) : 32;
    if (payload > slot - 64 || together < 1 || together > most) return 64;
    packet[0] = 0x80;
    for (int i = header; i < slot; i++) packet[i] = (uint8_t)(7 * i);
    double best[way_count];
    int is_there[way_count];
    for (int i = 0; i < way_count; i++) {
        best[i] = 1e12;
        is_there[i] = prepare(i);
        if (count > 3 && is_there[i] && strcmp(arguments[3], ways[i].name) == 0)
            for (int round = 0; round < 10; round++) seal(i, payload, together);
    }
    if (count > 3) return 0;
    for (int turn = 0; turn < turns; turn++)
        for (int i = 0; i < way_count; i++) {
            if (!is_there[i] || (ways[i].by_library && turn % 10)) continue;
            const double begun = cpu();
            for (int repeat = 0; repeat < repeats; repeat++) seal(i, payload, together);
            const double cost = (cpu() - begun) / (repeats * sessions);
            if (cost < best[i]) best[i] = cost;
        }
    printf("%zu octets of payload, %d packets together\n", payload, together);
    for (int i = 0; i < way_count; i++) {
        if (!is_there[i]) printf("%-14s not on this machine\n", ways[i].name);
        else printf("%-14s %7.0f ns  %5.2f\n", ways[i].name, best[i], best[i] / best[ways[i].is_gcm ? 4 : 0]);
    }
}
