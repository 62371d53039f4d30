// Memory of a pool's threads.
#pragma once

#include <stdbool.h>
#include <stddef.h>

/// The place of the calling thread among those of the pool whose work it does: 0..<threads; 0 of any
/// other thread.
int kernel_pool_place(void);

/// The calling thread's part of `memory`, [threads][size].
static inline float *thread_memory(float *memory, size_t size) {
    return memory + (size_t)kernel_pool_place() * size;
}

// What all threads need, each makes for itself: to fetch from another one's cache what that has
// packed takes longer, and longest where their processors share none.

enum { COPY_LINE = 16 };  // floats of a cache line, which says whether a copy is made

/// Floats of all threads' copies, of so many floats each.
static inline size_t copies_size(size_t floats, int threads) {
    return (COPY_LINE + (floats + COPY_LINE - 1) / COPY_LINE * COPY_LINE) * (size_t)threads;
}

/// Says of all threads' copies that they are not made. The next task of each makes its own.
static inline void forget_copies(float *copies, size_t floats, int threads) {
    for (int i = 0; i < threads; i++) copies[copies_size(floats, i)] = 0.0f;
}

/// The calling thread's copy, and whether it has yet to be made.
static inline float *own_copy(float *copies, size_t floats, bool *is_new) {
    float *own = thread_memory(copies, copies_size(floats, 1));
    *is_new = own[0] == 0.0f;
    own[0] = 1.0f;
    return own + COPY_LINE;
}
