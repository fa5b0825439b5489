#define _GNU_SOURCE
#include "address.h"
#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

int system_udp_open(bool ipv6) {
    int fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int off = 0;
    if (ipv6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);  // :: serves IPv4 too
    return fd;
}

int system_bind(int fd, struct system_address address) {
    int family;
    socklen_t length = sizeof family;
    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &length) != 0) return -errno;
    struct sockaddr_storage storage;
    length = system_address_store(address, family == AF_INET6, &storage);
    return bind(fd, (struct sockaddr *)&storage, length) == 0 ? 0 : -errno;
}

int system_local_address(int fd, struct system_address *address) {
    struct sockaddr_storage storage = {0};
    socklen_t length = sizeof storage;
    if (getsockname(fd, (struct sockaddr *)&storage, &length) != 0) return -errno;
    *address = system_address_load(&storage);
    return 0;
}

static int set_buffer(int fd, int forced, int plain, int byte_count) {
    if (setsockopt(fd, SOL_SOCKET, forced, &byte_count, sizeof byte_count) != 0)
        setsockopt(fd, SOL_SOCKET, plain, &byte_count, sizeof byte_count);
    int given = 0;
    socklen_t length = sizeof given;
    if (getsockopt(fd, SOL_SOCKET, plain, &given, &length) != 0) return -errno;
    return given / 2;  // the kernel doubles it for its own bookkeeping
}

int system_set_receive_buffer(int fd, int byte_count) {
    return set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, byte_count);
}

int system_set_send_buffer(int fd, int byte_count) {
    return set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, byte_count);
}

int system_set_option(int fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value) == 0 ? 0 : -errno;
}

int64_t system_receive_drops(int fd) {
    uint32_t values[SK_MEMINFO_VARS] = {0};
    socklen_t length = sizeof values;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, values, &length) != 0) return -errno;
    return values[SK_MEMINFO_DROPS];
}

void system_close(int fd) { close(fd); }

// Two datagrams in one send to ourselves: accepted by the kernel is not enough, they must arrive.
bool system_probe_segmentation(void) {
    struct system_address loopback = {0, 0xFFFF7F000001u, 0, 0};
    struct system_sender *sender = system_sender_create(1, false);
    int fd = system_udp_open(false);
    bool works = false;
    if (sender && fd >= 0 && system_bind(fd, loopback) == 0 &&
        system_local_address(fd, &loopback) == 0) {
        char bytes[3] = {1, 2, 3}, part[4];
        system_sender_put(sender, 0, loopback, bytes, sizeof bytes, 2);
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        works = system_send(sender, fd, 0, 1) == 1 && poll(&wait, 1, 100) == 1 &&
                recv(fd, part, sizeof part, 0) == 2 && poll(&wait, 1, 100) == 1 &&
                recv(fd, part, sizeof part, 0) == 1;
    }
    if (fd >= 0) close(fd);
    system_sender_destroy(sender);
    return works;
}
