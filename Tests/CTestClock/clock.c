#include "CTestClock.h"

#include <sys/time.h>
#include <time.h>

static _Thread_local int64_t offset;  // only the test that moves its clock sees it move

void test_clock_advance(int64_t nanoseconds) { offset += nanoseconds; }

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t total = now.tv_sec * 1000000000LL + now.tv_nsec + offset;
    out->tv_sec = total / 1000000000;
    out->tv_usec = total % 1000000000 / 1000;
    return 0;
}
