// Linux calls whose macros, structures or headers Swift cannot see. Every function that can fail
// answers a negative errno; nothing here keeps state of its own but the
// signals, which have none but static ones to reach.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// An address in the host's byte order; IPv4 in its mapped form (RFC 4291 §2.5.5.2).
struct system_address {
    uint64_t high, low;
    uint16_t port;
    uint16_t via;  // the address of ours beside it, by its number; 0 when none is noted
};

// Sockets.
int system_udp_open(bool ipv6);
int system_bind(int fd, struct system_address address);
int system_local_address(int fd, struct system_address *address);
// Asks for a receive buffer, past the system's limit where permitted; answers what the kernel gave.
int system_set_receive_buffer(int fd, int byte_count);
int system_set_send_buffer(int fd, int byte_count);
int system_set_option(int fd, int level, int name, int value);
// Datagrams dropped before they could be read, for the buffer was full or they were damaged: a counter
// of 32 bits that the kernel keeps anyway, so that nobody pays for it but who asks (SO_MEMINFO).
int64_t system_receive_drops(int fd);
void system_close(int fd);

// Receiving: buffers for one recvmmsg, allocated once.
struct system_receiver;
struct system_datagram {
    const void *bytes;
    size_t byte_count;
    bool truncated;
    struct system_address source;
};
struct system_receiver *system_receiver_create(unsigned capacity, size_t buffer_byte_count);
void system_receiver_destroy(struct system_receiver *receiver);
int system_receive(struct system_receiver *receiver, int fd);  // datagrams read, never blocks
struct system_datagram system_receiver_datagram(const struct system_receiver *receiver, int index);

// Sending: headers for one sendmmsg, allocated once; the octets stay the caller's.
struct system_sender;
struct system_sender *system_sender_create(unsigned capacity, bool ipv6);
void system_sender_destroy(struct system_sender *sender);
// A segment length of 0 sends the octets as one datagram, else the kernel cuts them (UDP_SEGMENT).
void system_sender_put(struct system_sender *sender, unsigned index,
                       struct system_address destination, const void *bytes, size_t byte_count,
                       uint16_t segment_byte_count);
// From now on sources say by a number which address of ours they wrote to, and what is sent to them
// leaves from there. For a socket bound to all addresses. The receiver outlives the sender.
int system_answer_from_local(struct system_receiver *receiver, struct system_sender *sender, int fd);
int system_send(struct system_sender *sender, int fd, unsigned first, unsigned count);
int system_send_part(struct system_sender *sender, int fd, unsigned index, size_t offset,
                     size_t byte_count);
bool system_probe_segmentation(void);

// Streams. They never block; a read or write that would answers -EAGAIN.
// The addresses of a name, port 0; 0 when it has none. Blocks as long as the resolver likes.
int system_resolve(const char *host, struct system_address *addresses, int capacity);
int system_tcp_connect(struct system_address address);  // the descriptor, at once
int system_tcp_result(int fd);                          // 1 connected, 0 not yet
int64_t system_stream_read(int fd, void *bytes, size_t capacity);  // 0 at the end
int64_t system_stream_write(int fd, const void *bytes, size_t count);

// Gives memory that was freed back to the system, where libc keeps it in holes.
void system_return_memory(void);

// Waiting.
int system_poller_open(void);
int system_poller_add(int poller, int fd, uint32_t token);
// Tells once whenever the stream becomes readable or writable, or ends.
int system_poller_add_stream(int poller, int fd, uint32_t token);
// Waits at most `nanoseconds` (negative: for ever) for `socket`, if `writable` for room in its buffer
// as well, and for what was added; answers bit 0 for the socket, the others' tokens as bits. What is
// only polled has nobody to wake whenever a packet that it sent has been freed; epoll would be told.
int system_poller_wait(int poller, int socket, bool writable, int64_t nanoseconds);
int system_wake_open(void);
int system_wake(int fd);
void system_wake_clear(int fd);
// Answers 1, or 0 when `milliseconds` (-1: no limit) have passed.
int system_wait_readable(int fd, int milliseconds);

// This thread and its clock.
int64_t system_monotonic_nanoseconds(void);
int64_t system_unix_nanoseconds(void);
int system_thread_start(void *(*body)(void *), void *argument);  // detached
void system_thread_name(const char *name);
int system_thread_timer_slack(uint64_t nanoseconds);
int system_thread_pin(int cpu);
int system_thread_realtime(int priority);
int system_thread_id(void);

// This machine's addresses, those of interfaces that are up; port 0. Answers how many there are.
int system_local_addresses(struct system_address *addresses, int capacity);
// Text of an errno, into a buffer of the caller's.
void system_error_text(int code, char *text, size_t capacity);

// The signals that ask a process to end, SIGINT and SIGTERM: each of the first two gives the answered
// descriptor an octet, which one thread waits for; the third, or the second where nobody does, ends the
// process at once. SIGPIPE is ignored from then on, and what ends the process by its own fault leaves a
// log's thread a second for the lines that wait.
int system_signals_open(void);
void system_signals_wait(int fd);
// So many more lines wait to be written, or fewer.
void system_log_waiting(int change);
