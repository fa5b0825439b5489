// The floor of sfu's work: receive, open once, and for each consumer write the header, seal, send.
// No ICE, no DTLS, no RTCP, no retransmission, no rooms; keys come in the clear, on loopback alone.
//
//   Floor PORT gcm|cm [evp|libsrtp2|batched|ipsec-mb]
//
// A datagram that begins with 'P' (publisher) or 'J' (a consumer joins) carries master key and salt.
// The ciphers are those of sfu: CCiphers. Sequence numbers must not wrap while it runs.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "CCiphers.h"

enum {
    batch = 64,
    slot_size = 2048,
    header_size = 12,
    consumers_most = 1024,
    arena_size = 256 * 1024,
    messages_most = 256,
    segments_most = 64,
    run_most = 65000,
};

struct packet {
    const uint8_t *bytes;  // in the clear
    size_t count;
    uint32_t ssrc;
    uint16_t sequence;
};

struct consumer {
    struct sockaddr_in address;
    cciphers_transform *sealing;
};

struct message {
    struct iovec octets;
    struct sockaddr_in *address;
    size_t segment;  // 0 for a lone datagram
};

static int is_gcm, by_library, by_ipsec;
static cciphers_batch *waiting;  // what leaves together is sealed together
static int descriptor;
static struct consumer consumers[consumers_most];
static int consumer_count;
static cciphers_transform *opening;
static uint8_t arena[arena_size];
static size_t arena_used;
static struct message messages[messages_most];
static int message_count;

static cciphers_transform *keyed(const uint8_t *material, int seals) {
    const uint8_t *key = material, *salt = material + 16;
    size_t salt_count = is_gcm ? 12 : 14;
    if (by_library) return cciphers_library_new(key, salt, is_gcm, seals);
    uint8_t keys[3][32];
    size_t counts[3] = {16, 20, salt_count};
    for (uint8_t label = 0; label < 3; label++) {  // RFC 3711 §4.3
        uint8_t iv[16] = {0};
        memcpy(iv, salt, salt_count);
        iv[7] ^= label;
        if (!cciphers_prf(key, iv, keys[label], counts[label])) exit(70);
    }
    cciphers_transform *made =
        cciphers_transform_new(keys[0], is_gcm ? NULL : keys[1], keys[2], seals);
    if (made && seals && waiting) cciphers_transform_defer(made, waiting);
    if (made && seals && by_ipsec) cciphers_transform_accelerate(made);
    return made;
}

static void join(const uint8_t *bytes, const struct sockaddr_in *source) {
    for (int i = 0; i < consumer_count; i++)
        if (consumers[i].address.sin_port == source->sin_port) return;
    if (consumer_count == consumers_most) return;
    consumers[consumer_count].address = *source;
    consumers[consumer_count++].sealing = keyed(bytes + 1, 1);
}

static void flush(void) {
    static struct mmsghdr headers[messages_most];
    if (waiting) cciphers_batch_seal(waiting);
    static _Alignas(struct cmsghdr) uint8_t controls[messages_most][CMSG_SPACE(sizeof(uint16_t))];
    for (int i = 0; i < message_count; i++) {
        struct msghdr *header = &headers[i].msg_hdr;
        header->msg_name = messages[i].address;
        header->msg_namelen = sizeof *messages[i].address;
        header->msg_iov = &messages[i].octets;
        header->msg_iovlen = 1;
        header->msg_control = NULL;
        header->msg_controllen = 0;
        if (messages[i].segment == 0) continue;
        header->msg_control = controls[i];
        header->msg_controllen = sizeof controls[i];
        struct cmsghdr *control = CMSG_FIRSTHDR(header);
        control->cmsg_level = IPPROTO_UDP;
        control->cmsg_type = UDP_SEGMENT;
        control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
        uint16_t segment = (uint16_t)messages[i].segment;
        memcpy(CMSG_DATA(control), &segment, sizeof segment);
    }
    for (int first = 0; first < message_count;) {
        int sent = sendmmsg(descriptor, headers + first, (unsigned)(message_count - first), 0);
        first += sent > 0 ? sent : 1;
    }
    message_count = 0;
    arena_used = 0;
}

static size_t seal(const struct packet *packet, struct consumer *consumer, uint32_t number) {
    uint8_t *out = arena + arena_used;
    memcpy(out, packet->bytes, header_size);
    uint32_t ssrc = packet->ssrc + number;
    uint32_t wire = htonl(ssrc);
    memcpy(out + 8, &wire, sizeof wire);
    size_t count = cciphers_seal_rtp(
        consumer->sealing, out, header_size, 0, packet->bytes + header_size,
        packet->count - header_size, ssrc, packet->sequence);
    arena_used += count;
    return count;
}

// Packets of one stream to one consumer: equal lengths leave as one send.
static void send_run(const struct packet *packets, int count, int number) {
    struct consumer *consumer = &consumers[number];
    for (int i = 0; i < count;) {
        if (message_count == messages_most || arena_size - arena_used < run_most) flush();
        size_t start = arena_used, segment = 0, last = 0;
        int taken = 0;
        while (i < count && taken < segments_most && arena_used - start < run_most - slot_size) {
            if (taken > 0 && packets[i].count != last) break;
            last = packets[i].count;
            segment = seal(&packets[i++], consumer, (uint32_t)number);
            taken++;
        }
        messages[message_count++] = (struct message){
            {arena + start, arena_used - start}, &consumer->address, taken > 1 ? segment : 0};
    }
}

static void fan_out(struct packet *packets, int count) {
    while (count > 0) {  // one stream after the other
        static struct packet run[batch];
        int taken = 0, left = 0;
        uint32_t ssrc = packets[0].ssrc;
        for (int i = 0; i < count; i++) {
            if (packets[i].ssrc == ssrc) run[taken++] = packets[i];
            else packets[left++] = packets[i];
        }
        for (int i = 0; i < consumer_count; i++) send_run(run, taken, i);
        count = left;
    }
    flush();
}

static int take(const uint8_t *bytes, size_t count, uint8_t *slot, struct packet *packet) {
    if (!opening || count < header_size || bytes[0] != 0x80) return 0;
    uint32_t ssrc;
    uint16_t sequence;
    memcpy(&ssrc, bytes + 8, sizeof ssrc);
    memcpy(&sequence, bytes + 2, sizeof sequence);
    packet->ssrc = ntohl(ssrc);
    packet->sequence = ntohs(sequence);
    packet->bytes = slot;
    packet->count = cciphers_open_rtp(
        opening, slot, bytes, count, header_size, packet->ssrc, packet->sequence);
    if (packet->count > count) return 0;
    return packet->count > header_size && (bytes[1] & 0x7F) >= 96;
}

static void serve(void) {
    static uint8_t received[batch][slot_size], plain[batch][slot_size];
    static struct mmsghdr headers[batch];
    static struct iovec octets[batch];
    static struct sockaddr_in sources[batch];
    static struct packet packets[batch];
    for (int i = 0; i < batch; i++) {
        octets[i] = (struct iovec){received[i], slot_size};
        headers[i].msg_hdr.msg_iov = &octets[i];
        headers[i].msg_hdr.msg_iovlen = 1;
        headers[i].msg_hdr.msg_name = &sources[i];
    }
    for (;;) {
        for (int i = 0; i < batch; i++) headers[i].msg_hdr.msg_namelen = sizeof sources[i];
        int count = recvmmsg(descriptor, headers, batch, MSG_WAITFORONE, NULL);
        int taken = 0;
        for (int i = 0; i < count; i++) {
            if (received[i][0] == 'J') join(received[i], &sources[i]);
            else if (received[i][0] == 'P' && !opening) opening = keyed(received[i] + 1, 0);
            else taken += take(received[i], headers[i].msg_len, plain[i], &packets[taken]);
        }
        if (taken > 0) fan_out(packets, taken);
    }
}

int main(int count, char **arguments) {
    if (count < 3 || count > 4) return 64;
    is_gcm = strcmp(arguments[2], "gcm") == 0;
    by_library = count > 3 && strcmp(arguments[3], "libsrtp2") == 0;
    if (by_library && !cciphers_library_available()) return 69;
    by_ipsec = count > 3 && strcmp(arguments[3], "ipsec-mb") == 0;
    if (by_ipsec && !cciphers_ipsec_available()) return 69;
    if (by_ipsec || (count > 3 && strcmp(arguments[3], "batched") == 0))
        waiting = cciphers_batch_new(cciphers_lanes_best);
    descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    int size = 4 << 20;
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)atoi(arguments[1])),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
        perror("bind");
        return 69;
    }
    puts("ready");
    fflush(stdout);
    serve();
}
