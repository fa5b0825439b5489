#define _GNU_SOURCE
#include "CSystem.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

// A handler can reach nothing but what is static: the pipe's two ends, and whether it was used.
static int ends[2] = {-1, -1};
static volatile sig_atomic_t has_ended = 0;

static void on_end(int number) {
    (void)number;
    if (has_ended) _exit(130);
    has_ended = 1;
    const int saved = errno;
    const char byte = 1;
    ssize_t written = write(ends[1], &byte, 1);
    (void)written;    // the pipe is empty until here, and takes one octet
    errno = saved;
}

int system_signals_open(void) {
    if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
    struct sigaction action = {.sa_handler = on_end, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGINT, &action, NULL) != 0 || sigaction(SIGTERM, &action, NULL) != 0) return -errno;
    signal(SIGPIPE, SIG_IGN);
    return ends[0];
}

void system_signals_wait(int fd) {
    char byte;
    while (read(fd, &byte, 1) < 0 && errno == EINTR) {
    }
}
