#define _GNU_SOURCE
#include "CSystem.h"
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

void system_return_memory(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

int system_poller_open(void) {
    int fd = epoll_create1(EPOLL_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int system_poller_add(int poller, int fd, uint32_t token) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = token};
    return epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

// Asked after a look has shown that something is there, so it never waits.
static int others(int poller) {
    struct epoll_event events[8];
    int count = epoll_wait(poller, events, 8, 0), ready = 0;
    for (int i = 0; i < count; i++) ready |= 1 << events[i].data.u32;
    return ready;
}

int system_poller_wait(int poller, int socket, bool writable, int64_t nanoseconds) {
    struct timespec limit = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    struct pollfd waiting[2] = {
        {.fd = socket, .events = writable ? POLLIN | POLLOUT : POLLIN},
        {.fd = poller, .events = POLLIN},
    };
    int count = ppoll(waiting, 2, nanoseconds < 0 ? NULL : &limit, NULL);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    return (waiting[0].revents ? 1 : 0) | (waiting[1].revents ? others(poller) : 0);
}

int system_wake_open(void) {
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

int system_wake(int fd) {
    uint64_t one = 1;
    return write(fd, &one, sizeof one) == sizeof one ? 0 : -errno;
}

void system_wake_clear(int fd) {
    uint64_t count;
    if (read(fd, &count, sizeof count) < 0) return;  // nobody woke us: nothing to clear
}

int system_wait_readable(int fd, int milliseconds) {
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    int count;
    do count = poll(&wait, 1, milliseconds);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

static int64_t nanoseconds_of(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t system_monotonic_nanoseconds(void) { return nanoseconds_of(CLOCK_MONOTONIC); }
int64_t system_unix_nanoseconds(void) { return nanoseconds_of(CLOCK_REALTIME); }

int system_thread_start(void *(*body)(void *), void *argument) {
    pthread_t thread;
    int code = pthread_create(&thread, NULL, body, argument);
    if (code != 0) return -code;
    pthread_detach(thread);
    return 0;
}

void system_thread_name(const char *name) {
    char cut[16] = {0};  // the kernel's limit, its zero included
    strncpy(cut, name, sizeof cut - 1);
    pthread_setname_np(pthread_self(), cut);
}

int system_thread_timer_slack(uint64_t nanoseconds) {
    return prctl(PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0) == 0 ? 0 : -errno;
}

int system_thread_pin(int cpu) {
    if (cpu < 0 || cpu >= CPU_SETSIZE) return -EINVAL;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return -pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

int system_thread_realtime(int priority) {
    struct sched_param parameters = {.sched_priority = priority};
    return -pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
}

int system_thread_id(void) { return gettid(); }

void system_error_text(int code, char *text, size_t capacity) {
    char *message = strerror_r(code, text, capacity);
    if (message != text) {
        strncpy(text, message, capacity - 1);
        text[capacity - 1] = 0;
    }
}
