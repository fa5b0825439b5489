#define _GNU_SOURCE
#include "address.h"
#include <endian.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

static const uint64_t mapped_prefix = 0xFFFF00000000u;

socklen_t system_address_store(struct system_address address, bool ipv6,
                               struct sockaddr_storage *out) {
    if (!ipv6) {
        // An IPv6 destination on an IPv4 socket is left to the kernel to refuse.
        if (address.high == 0 && (address.low & ~0xFFFFFFFFull) == mapped_prefix) {
            struct sockaddr_in *in = (struct sockaddr_in *)out;
            memset(in, 0, sizeof *in);
            in->sin_family = AF_INET;
            in->sin_port = htons(address.port);
            in->sin_addr.s_addr = htonl((uint32_t)address.low);
            return sizeof *in;
        }
    }
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
    memset(in6, 0, sizeof *in6);
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(address.port);
    uint64_t words[2] = {htobe64(address.high), htobe64(address.low)};
    memcpy(&in6->sin6_addr, words, sizeof words);
    return sizeof *in6;
}

struct system_address system_address_load(const struct sockaddr_storage *in) {
    struct system_address address = {0};
    if (in->ss_family == AF_INET) {
        const struct sockaddr_in *in4 = (const struct sockaddr_in *)in;
        address.low = mapped_prefix | ntohl(in4->sin_addr.s_addr);
        address.port = ntohs(in4->sin_port);
    } else if (in->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)in;
        uint64_t words[2];
        memcpy(words, &in6->sin6_addr, sizeof words);
        address.high = be64toh(words[0]);
        address.low = be64toh(words[1]);
        address.port = ntohs(in6->sin6_port);
    }
    return address;
}

int system_local_addresses(struct system_address *addresses, int capacity) {
    struct ifaddrs *list;
    if (getifaddrs(&list) != 0) return -errno;
    int count = 0;
    for (struct ifaddrs *entry = list; entry; entry = entry->ifa_next) {
        if (!entry->ifa_addr || !(entry->ifa_flags & IFF_UP)) continue;
        int family = entry->ifa_addr->sa_family;
        if (family != AF_INET && family != AF_INET6) continue;
        struct sockaddr_storage storage = {0};
        memcpy(&storage, entry->ifa_addr,
               family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
        if (count < capacity) {
            addresses[count] = system_address_load(&storage);
            addresses[count].port = 0;
        }
        count++;
    }
    freeifaddrs(list);
    return count;
}
