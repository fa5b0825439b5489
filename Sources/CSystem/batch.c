#define _GNU_SOURCE
#include "address.h"
#include "local.h"
#include <errno.h>
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
    struct system_locals *locals;  // only where answers leave from the address asked
    char *controls;
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
    free(receiver->locals);
    free(receiver->controls);
    free(receiver);
}

int system_receive(struct system_receiver *receiver, int fd) {
    // The kernel writes the length of each source back, and of what it says beside it: they are set
    // anew for every call.
    for (unsigned i = 0; i < receiver->capacity; i++)
        receiver->headers[i].msg_hdr.msg_namelen = sizeof receiver->sources[i];
    for (unsigned i = 0; receiver->locals && i < receiver->capacity; i++)
        receiver->headers[i].msg_hdr.msg_controllen = SYSTEM_LOCAL_SPACE;
    int count;
    do count = recvmmsg(fd, receiver->headers, receiver->capacity, MSG_DONTWAIT, NULL);
    while (count < 0 && errno == EINTR);
    if (count >= 0) return count;
    return errno == EAGAIN ? 0 : -errno;
}

struct system_datagram system_receiver_datagram(const struct system_receiver *receiver, int index) {
    const struct mmsghdr *header = &receiver->headers[index];
    struct system_address source = system_address_load(&receiver->sources[index]);
    if (receiver->locals) source.via = system_locals_note(receiver->locals, &header->msg_hdr);
    return (struct system_datagram){
        .bytes = receiver->vectors[index].iov_base,
        .byte_count = header->msg_len,
        .truncated = (header->msg_hdr.msg_flags & MSG_TRUNC) != 0,
        .source = source,
    };
}

enum { segment_space = CMSG_SPACE(sizeof(uint16_t)) };

// How the kernel is to cut a run, and then where it leaves from.
struct control {
    _Alignas(struct cmsghdr) char bytes[segment_space + SYSTEM_LOCAL_SPACE];
};

struct system_sender {
    bool ipv6;
    struct mmsghdr *headers;
    struct iovec *vectors;
    struct sockaddr_storage *destinations;
    struct control *controls;
    const struct system_locals *locals;  // the receiver's
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

int system_answer_from_local(struct system_receiver *receiver, struct system_sender *sender, int fd) {
    receiver->controls = calloc(receiver->capacity, SYSTEM_LOCAL_SPACE);
    if (!receiver->controls) return -ENOMEM;
    receiver->locals = system_locals_create(fd, sender->ipv6);
    if (!receiver->locals) return -errno;
    for (unsigned i = 0; i < receiver->capacity; i++)
        receiver->headers[i].msg_hdr.msg_control = receiver->controls + i * SYSTEM_LOCAL_SPACE;
    sender->locals = receiver->locals;
    return 0;
}

void system_sender_put(struct system_sender *sender, unsigned index,
                       struct system_address destination, const void *bytes, size_t byte_count,
                       uint16_t segment_byte_count) {
    struct msghdr *header = &sender->headers[index].msg_hdr;
    sender->vectors[index] = (struct iovec){(void *)bytes, byte_count};
    header->msg_namelen =
        system_address_store(destination, sender->ipv6, &sender->destinations[index]);
    char *control = sender->controls[index].bytes;
    size_t local = 0;
    if (destination.via)
        local = system_locals_put(sender->locals, destination.via, control + segment_space);
    if (segment_byte_count)
        memcpy(CMSG_DATA((struct cmsghdr *)control), &segment_byte_count,
               sizeof segment_byte_count);
    header->msg_control = segment_byte_count ? control : control + segment_space;
    header->msg_controllen = (segment_byte_count ? segment_space : 0) + local;
}

int system_send(struct system_sender *sender, int fd, unsigned first, unsigned count) {
    int sent;
    do sent = sendmmsg(fd, sender->headers + first, count, MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

int system_send_part(struct system_sender *sender, int fd, unsigned index, size_t offset,
                     size_t byte_count) {
    struct iovec part = {(char *)sender->vectors[index].iov_base + offset, byte_count};
    struct msghdr header = sender->headers[index].msg_hdr;
    header.msg_iov = &part;
    // How to cut the run was refused; where it leaves from stays.
    if (header.msg_control == sender->controls[index].bytes) {
        header.msg_control = sender->controls[index].bytes + segment_space;
        header.msg_controllen -= segment_space;
    }
    ssize_t sent;
    do sent = sendmsg(fd, &header, MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}
