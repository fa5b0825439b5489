#define _GNU_SOURCE
#include "CSystem.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

// A handler can reach nothing but what is static: the pipe's two ends, how often the end was asked for, and
// whether somebody waits for that.
static int ends[2] = {-1, -1};
static volatile sig_atomic_t asked = 0, is_awaited = 0;

static void on_end(int number) {
    (void)number;
    if (asked > is_awaited) _exit(130);
    asked++;
    const int saved = errno;
    const char byte = 1;
    ssize_t written = write(ends[1], &byte, 1);
    (void)written;    // the pipe is empty until here, and takes two octets
    errno = saved;
}

// What ends a process by its own fault, and what was done about each before.
enum { trap_count = 6 };
static const int traps[trap_count] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV};
static struct sigaction former[trap_count];
static atomic_int waiting_lines;

void system_log_waiting(int change) { atomic_fetch_add(&waiting_lines, change); }

// The log's thread goes on writing while this one waits for it: there is nothing more to be done in a handler.
static void on_trap(int number) {
    const int saved = errno;
    for (int i = 0; i < 1000 && atomic_load(&waiting_lines) > 0; i++) poll(NULL, 0, 1);
    for (int i = 0; i < trap_count; i++) {
        if (traps[i] == number) sigaction(number, &former[i], NULL);
    }
    raise(number);    // arrives when this returns
    errno = saved;
}

static int follow_traps(void) {
    struct sigaction action = {.sa_handler = on_trap, .sa_flags = SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < trap_count; i++) {
        if (sigaction(traps[i], &action, &former[i]) != 0) return -errno;
    }
    return 0;
}

int system_signals_open(void) {
    if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
    struct sigaction action = {.sa_handler = on_end, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGINT, &action, NULL) != 0 || sigaction(SIGTERM, &action, NULL) != 0) return -errno;
    signal(SIGPIPE, SIG_IGN);
    const int result = follow_traps();
    return result < 0 ? result : ends[0];
}

void system_signals_wait(int fd) {
    is_awaited = 1;
    char byte;
    while (read(fd, &byte, 1) < 0 && errno == EINTR) {
    }
}
