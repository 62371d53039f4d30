// What kernels run on: an instruction set, and threads.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// MARK: Instruction sets

/// What the kernels are compiled for, each including those before it.
typedef enum {
    KERNEL_BASELINE,  // what every processor of the kind has: SSE2 on x86-64, NEON on 64-bit ARM
    KERNEL_AVX2,      // with FMA: x86-64-v3
    KERNEL_AVX512,    // x86-64-v4
} kernel_instruction_set;

/// The environment variable that asks for one by its name.
#define KERNEL_INSTRUCTION_SET_VARIABLE "GANBOARD_INSTRUCTION_SET"

/// What the kernels are run with. It is settled before `main`.
kernel_instruction_set kernel_instruction_set_in_use(void);
/// The best that this processor has.
kernel_instruction_set kernel_instruction_set_best(void);
/// Runs the kernels with another one from now on, which this processor has. For tests: plans that
/// were made before are for the one before.
void kernel_instruction_set_use(kernel_instruction_set set);
/// Whether the environment asks for nothing, or for what is in use. The best one is in use where it
/// asks for what this processor does not have.
bool kernel_instruction_set_is_granted(void);
/// "avx512", "avx2", "sse2"; "neon"; NULL if this kind of processor has no such set.
const char *kernel_instruction_set_name(kernel_instruction_set set);

// MARK: Threads

/// Threads that live as long as the pool, spin briefly for work and then park. Denormals are
/// flushed to zero in them.
typedef struct kernel_pool kernel_pool;

/// A pool that runs work on `threads` threads, the caller's included. At least 1. NULL when threads
/// cannot be started.
kernel_pool *kernel_pool_create(int threads);
void kernel_pool_destroy(kernel_pool *pool);
int kernel_pool_threads(const kernel_pool *pool);

/// From now on no more than so many of a pool's threads get work.
void kernel_pool_limit(kernel_pool *pool, int threads);

/// Calls body(context, i) once for each i in 0..<count, less than 2³², on all threads, and returns
/// when all have returned. The same thread runs the same part of them each time, as far as it keeps
/// up with the others. A NULL pool runs them here. Not reentrant: a body must not use the pool.
/// Denormals are flushed to zero while a body runs, on every thread, this one's too, whose mode is
/// then restored.
void kernel_pool_run(
    kernel_pool *pool, size_t count, void (*body)(void *context, size_t index), void *context);

/// What kernel_pool_run calls while it waits for other threads, until that says that there was
/// nothing to do; NULL for nothing. It must not use the pool.
void kernel_pool_set_aside(kernel_pool *pool, bool (*aside)(void *context), void *context);

/// Flushes denormals to zero in the calling thread; returns what kernel_denormals_restore takes
/// back.
uint64_t kernel_denormals_flush(void);
void kernel_denormals_restore(uint64_t state);
