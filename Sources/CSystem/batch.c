#define _GNU_SOURCE
#include "address.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

struct system_receiver {
    unsigned capacity;
    struct mmsghdr *headers;
    struct iovec *vectors;
    struct sockaddr_storage *sources;
    char *buffers;
};

struct system_receiver *system_receiver_create(unsigned capacity, size_t buffer_byte_count) {
    struct system_receiver *receiver = calloc(1, sizeof *receiver);
    if (!receiver) return NULL;
    receiver->capacity = capacity;
    receiver->headers = calloc(capacity, sizeof *receiver->headers);
    receiver->vectors = calloc(capacity, sizeof *receiver->vectors);
    receiver->sources = calloc(capacity, sizeof *receiver->sources);
    receiver->buffers = calloc(capacity, buffer_byte_count);
    if (!receiver->headers || !receiver->vectors || !receiver->sources || !receiver->buffers) {
        system_receiver_destroy(receiver);
        return NULL;
    }
    for (unsigned i = 0; i < capacity; i++) {
        receiver->vectors[i].iov_base = receiver->buffers + i * buffer_byte_count;
        receiver->vectors[i].iov_len = buffer_byte_count;
        receiver->headers[i].msg_hdr.msg_iov = &receiver->vectors[i];
        receiver->headers[i].msg_hdr.msg_iovlen = 1;
        receiver->headers[i].msg_hdr.msg_name = &receiver->sources[i];
    }
    return receiver;
}

void system_receiver_destroy(struct system_receiver *receiver) {
    if (!receiver) return;
    free(receiver->headers);
    free(receiver->vectors);
    free(receiver->sources);
    free(receiver->buffers);
    free(receiver);
}

int system_receive(struct system_receiver *receiver, int fd) {
    // The kernel writes the length of each source back, so it is set anew for every call.
    for (unsigned i = 0; i < receiver->capacity; i++)
        receiver->headers[i].msg_hdr.msg_namelen = sizeof receiver->sources[i];
    int count;
    do count = recvmmsg(fd, receiver->headers, receiver->capacity, MSG_DONTWAIT, NULL);
    while (count < 0 && errno == EINTR);
    if (count >= 0) return count;
    return errno == EAGAIN ? 0 : -errno;
}

struct system_datagram system_receiver_datagram(const struct system_receiver *receiver, int index) {
    const struct mmsghdr *header = &receiver->headers[index];
    return (struct system_datagram){
        .bytes = receiver->vectors[index].iov_base,
        .byte_count = header->msg_len,
        .truncated = (header->msg_hdr.msg_flags & MSG_TRUNC) != 0,
        .source = system_address_load(&receiver->sources[index]),
    };
}

struct control {
    _Alignas(struct cmsghdr) char bytes[CMSG_SPACE(sizeof(uint16_t))];
};

struct system_sender {
    bool ipv6;
    struct mmsghdr *headers;
    struct iovec *vectors;
    struct sockaddr_storage *destinations;
    struct control *controls;
};

struct system_sender *system_sender_create(unsigned capacity, bool ipv6) {
    struct system_sender *sender = calloc(1, sizeof *sender);
    if (!sender) return NULL;
    sender->ipv6 = ipv6;
    sender->headers = calloc(capacity, sizeof *sender->headers);
    sender->vectors = calloc(capacity, sizeof *sender->vectors);
    sender->destinations = calloc(capacity, sizeof *sender->destinations);
    sender->controls = calloc(capacity, sizeof *sender->controls);
    if (!sender->headers || !sender->vectors || !sender->destinations || !sender->controls) {
        system_sender_destroy(sender);
        return NULL;
    }
    for (unsigned i = 0; i < capacity; i++) {
        struct msghdr *header = &sender->headers[i].msg_hdr;
        header->msg_iov = &sender->vectors[i];
        header->msg_iovlen = 1;
        header->msg_name = &sender->destinations[i];
        struct cmsghdr *control = (struct cmsghdr *)sender->controls[i].bytes;
        control->cmsg_level = IPPROTO_UDP;
        control->cmsg_type = UDP_SEGMENT;
        control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
    }
    return sender;
}

void system_sender_destroy(struct system_sender *sender) {
    if (!sender) return;
    free(sender->headers);
    free(sender->vectors);
    free(sender->destinations);
    free(sender->controls);
    free(sender);
}

void system_sender_put(struct system_sender *sender, unsigned index,
                       struct system_address destination, const void *bytes, size_t byte_count,
                       uint16_t segment_byte_count) {
    struct msghdr *header = &sender->headers[index].msg_hdr;
    sender->vectors[index] = (struct iovec){(void *)bytes, byte_count};
    header->msg_namelen =
        system_address_store(destination, sender->ipv6, &sender->destinations[index]);
    header->msg_control = segment_byte_count ? sender->controls[index].bytes : NULL;
    header->msg_controllen = segment_byte_count ? sizeof sender->controls[index].bytes : 0;
    if (segment_byte_count)
        memcpy(CMSG_DATA((struct cmsghdr *)sender->controls[index].bytes), &segment_byte_count,
               sizeof segment_byte_count);
}

int system_send(struct system_sender *sender, int fd, unsigned first, unsigned count) {
    int sent;
    do sent = sendmmsg(fd, sender->headers + first, count, MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

int system_send_part(struct system_sender *sender, int fd, unsigned index, size_t offset,
                     size_t byte_count) {
    struct msghdr *header = &sender->headers[index].msg_hdr;
    const char *bytes = (const char *)sender->vectors[index].iov_base + offset;
    ssize_t sent;
    do sent = sendto(fd, bytes, byte_count, MSG_DONTWAIT, header->msg_name, header->msg_namelen);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}
