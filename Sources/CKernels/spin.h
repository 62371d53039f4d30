// Waiting for another thread that will be done in microseconds.
#pragma once

#include <sched.h>

enum {
    SPINS_BEFORE_YIELDING = 4000,  // when there are more threads than cores
};

/// Leaves a core's resources to others for some cycles.
static inline void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

/// Waits a moment, for the given number of the time.
static inline void wait_a_moment(int spins) {
    if (spins < SPINS_BEFORE_YIELDING) {
        relax();
    } else {
        sched_yield();
    }
}
