#pragma once
#include <stdint.h>

/// Moves the wall clock that libraries see on this thread: OpenSSL's DTLS timer reads
/// gettimeofday, which this module takes the place of in the tests' executable.
void test_clock_advance(int64_t nanoseconds);
