#define _GNU_SOURCE
#include "address.h"
#include "local.h"
#include <stdlib.h>
#include <string.h>

// More than a host of containers is spoken to at. Beyond, the route picks as it does without us.
enum { most_locals = 64 };

struct local {
    _Alignas(struct cmsghdr) char control[SYSTEM_LOCAL_SPACE];
};

struct system_locals {
    bool ipv6;
    uint16_t count;
    uint16_t latest;  // a place: bursts come to one address
    struct local known[most_locals];
};

struct system_locals *system_locals_create(int fd, bool ipv6) {
    // A socket of both families tells of IPv4 datagrams in the mapped form, and is told so.
    int code = ipv6 ? system_set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
                    : system_set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
    struct system_locals *locals = code == 0 ? calloc(1, sizeof *locals) : NULL;
    if (locals) locals->ipv6 = ipv6;
    return locals;
}

static void prepare(struct local *local, int level, int type, const void *bytes, size_t count) {
    struct cmsghdr *header = (struct cmsghdr *)local->control;
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(count);
    memcpy(CMSG_DATA(header), bytes, count);
}

// The interface is left to the route: answers may well take another one.
static bool read_local(bool ipv6, const struct msghdr *received, struct local *local) {
    struct cmsghdr *header = CMSG_FIRSTHDR(received);
    if (!header) return false;
    memset(local, 0, sizeof *local);
    if (!ipv6 && header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
        struct in_pktinfo told, wanted = {0};
        memcpy(&told, CMSG_DATA(header), sizeof told);
        wanted.ipi_spec_dst = told.ipi_spec_dst;  // for a broadcast's answer too
        prepare(local, IPPROTO_IP, IP_PKTINFO, &wanted, sizeof wanted);
        return true;
    }
    if (ipv6 && header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
        struct in6_pktinfo told, wanted = {0};
        memcpy(&told, CMSG_DATA(header), sizeof told);
        if (IN6_IS_ADDR_MULTICAST(&told.ipi6_addr)) return false;
        wanted.ipi6_addr = told.ipi6_addr;
        prepare(local, IPPROTO_IPV6, IPV6_PKTINFO, &wanted, sizeof wanted);
        return true;
    }
    return false;
}

uint16_t system_locals_note(struct system_locals *locals, const struct msghdr *received) {
    struct local local;
    if (!read_local(locals->ipv6, received, &local)) return 0;
    uint16_t place = locals->latest;
    if (place < locals->count && memcmp(&locals->known[place], &local, sizeof local) == 0)
        return place + 1;
    for (place = 0; place < locals->count; place++)
        if (memcmp(&locals->known[place], &local, sizeof local) == 0) break;
    if (place == most_locals) return 0;
    if (place == locals->count) locals->known[locals->count++] = local;
    locals->latest = place;
    return place + 1;
}

size_t system_locals_put(const struct system_locals *locals, uint16_t number, char *control) {
    if (!locals || number == 0 || number > locals->count) return 0;
    memcpy(control, locals->known[number - 1].control, SYSTEM_LOCAL_SPACE);
    return locals->ipv6 ? SYSTEM_LOCAL_SPACE : CMSG_SPACE(sizeof(struct in_pktinfo));
}
