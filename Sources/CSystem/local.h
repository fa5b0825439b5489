#pragma once

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

// The addresses of ours that datagrams have come to. Each has a number from 1, good for ever, and
// under it the control message that sends from it, prepared once.
struct system_locals;

// Room for what the kernel says of one datagram, and for what it is told of one.
#define SYSTEM_LOCAL_SPACE CMSG_SPACE(sizeof(struct in6_pktinfo))

struct system_locals *system_locals_create(int fd, bool ipv6);
// The number of the address that a received datagram came to; 0 when the kernel does not say, it is
// not one to send from, or no number is left.
uint16_t system_locals_note(struct system_locals *locals, const struct msghdr *received);
// Writes the control message of a number; answers its length, 0 for a number never given.
size_t system_locals_put(const struct system_locals *locals, uint16_t number, char *control);
