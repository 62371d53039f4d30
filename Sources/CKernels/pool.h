// Memory of a pool's threads.
#pragma once

#include <stddef.h>

/// The place of the calling thread among those of the pool whose work it does: 0..<threads; 0 of any
/// other thread.
int kernel_pool_place(void);

/// The calling thread's part of `memory`, [threads][size].
static inline float *thread_memory(float *memory, size_t size) {
    return memory + (size_t)kernel_pool_place() * size;
}
