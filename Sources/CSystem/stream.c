#define _GNU_SOURCE
#include "address.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

int system_resolve(const char *host, struct system_address *addresses, int capacity) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    struct addrinfo *list = NULL;
    int code = getaddrinfo(host, NULL, &hints, &list);
    if (code == EAI_SYSTEM) return -errno;
    if (code != 0) return code == EAI_MEMORY ? -ENOMEM : 0;
    int count = 0;
    for (struct addrinfo *info = list; info && count < capacity; info = info->ai_next) {
        struct sockaddr_storage storage = {0};
        memcpy(&storage, info->ai_addr, info->ai_addrlen);
        addresses[count++] = system_address_load(&storage);
    }
    freeaddrinfo(list);
    return count;
}

int system_tcp_connect(struct system_address address) {
    bool ipv4 = address.high == 0 && address.low >> 32 == 0xFFFF;
    int fd = socket(ipv4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct sockaddr_storage storage;
    socklen_t length = system_address_store(address, !ipv4, &storage);
    if (connect(fd, (struct sockaddr *)&storage, length) == 0 || errno == EINPROGRESS) return fd;
    int code = errno;
    close(fd);
    return -code;
}

int system_tcp_result(int fd) {
    int code = 0;
    socklen_t length = sizeof code;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &length) != 0) return -errno;
    if (code != 0) return -code;
    struct sockaddr_storage peer;
    length = sizeof peer;
    return getpeername(fd, (struct sockaddr *)&peer, &length) == 0 ? 1 : 0;
}

int64_t system_stream_read(int fd, void *bytes, size_t capacity) {
    ssize_t count;
    do count = recv(fd, bytes, capacity, 0);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

int64_t system_stream_write(int fd, const void *bytes, size_t count) {
    ssize_t written;
    do written = send(fd, bytes, count, MSG_NOSIGNAL);
    while (written < 0 && errno == EINTR);
    return written < 0 ? -errno : written;
}

int system_poller_add_stream(int poller, int fd, uint32_t token) {
    struct epoll_event event = {
        .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.u32 = token};
    return epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}
