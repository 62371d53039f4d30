// A pool of threads for loops that last microseconds.
//
// A job is a counter of indices not yet claimed. Every thread, the caller's too, claims by
// decrementing it and runs what it got, so a worker that the kernel has descheduled holds nobody
// up: the others take its share. The caller's last act is to wait until the indices that were
// claimed are also done.
//
// `unclaimed` counts the indices left to claim and is 0 or less when there is nothing to do (late
// claims may take it below 0); `done` counts those that workers have finished.
//
// A worker reads the job only after its claim has succeeded: the job cannot be replaced before that
// index is done, and a claim that raced with the publication of the next job is a claim on the next
// job. Nothing needs a generation number.
//
// Waking a parked thread costs some microseconds of the caller's time, more than many jobs last.
// Jobs come in bursts, so workers spin for a while first.
#include "include/CKernels.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    SPINS_BEFORE_PARKING = 4000,   // about 50 to 100 microseconds
    SPINS_BEFORE_YIELDING = 4000,  // in the caller, when there are more threads than cores
};

struct kernel_pool {
    _Alignas(64) atomic_llong unclaimed;
    _Alignas(64) atomic_size_t done;
    // The job. Written before `unclaimed`, read after a claim.
    _Alignas(64) void (*body)(void *context, size_t index);
    void *context;
    long long count;
    // Parking.
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    atomic_int parked;
    atomic_bool stopping;
    int workers;
    pthread_t *handles;
};

static inline void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

// MARK: Denormals

uint64_t kernel_denormals_flush(void) {
#if defined(__x86_64__)
    const unsigned state = __builtin_ia32_stmxcsr();
    const unsigned flushing = state | 0x8040u;  // flush to zero, denormals are zero
    if (flushing != state) __builtin_ia32_ldmxcsr(flushing);
    return state;
#elif defined(__aarch64__)
    uint64_t state;
    __asm__ volatile("mrs %0, fpcr" : "=r"(state));
    const uint64_t flushing = state | (UINT64_C(1) << 24);
    if (flushing != state) __asm__ volatile("msr fpcr, %0" : : "r"(flushing));
    return state;
#else
    return 0;
#endif
}

void kernel_denormals_restore(uint64_t state) {
#if defined(__x86_64__)
    if (__builtin_ia32_stmxcsr() != (unsigned)state) __builtin_ia32_ldmxcsr((unsigned)state);
#elif defined(__aarch64__)
    __asm__ volatile("msr fpcr, %0" : : "r"(state));
#else
    (void)state;
#endif
}

// MARK: Workers

/// Claims and runs indices until none is left; returns how many it ran.
static size_t run_claims(kernel_pool *pool) {
    size_t ran = 0;
    while (atomic_load_explicit(&pool->unclaimed, memory_order_relaxed) > 0) {
        const long long left = atomic_fetch_sub(&pool->unclaimed, 1);
        if (left <= 0) break;
        pool->body(pool->context, (size_t)(pool->count - left));
        ran += 1;
    }
    return ran;
}

static bool has_work(kernel_pool *pool) {
    return atomic_load(&pool->unclaimed) > 0 || atomic_load(&pool->stopping);
}

/// Sleeps until there is work. `parked` is raised before the last look, and the caller looks at it
/// after publishing its work: one of the two sees the other.
static void park(kernel_pool *pool) {
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->parked, 1);
    while (!has_work(pool)) pthread_cond_wait(&pool->wake, &pool->mutex);
    atomic_fetch_sub(&pool->parked, 1);
    pthread_mutex_unlock(&pool->mutex);
}

static void wake_parked(kernel_pool *pool) {
    if (atomic_load(&pool->parked) == 0) return;
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
}

static void *work(void *argument) {
    kernel_pool *pool = argument;
    kernel_denormals_flush();
    int spins = 0;
    while (!atomic_load_explicit(&pool->stopping, memory_order_relaxed)) {
        const size_t ran = run_claims(pool);
        if (ran > 0) {
            atomic_fetch_add(&pool->done, ran);
            spins = 0;
        } else if (++spins < SPINS_BEFORE_PARKING) {
            relax();
        } else {
            park(pool);
            spins = 0;
        }
    }
    return NULL;
}

// MARK: The pool

kernel_pool *kernel_pool_create(int threads) {
    kernel_pool *pool = aligned_alloc(64, (sizeof *pool + 63) / 64 * 64);
    if (pool == NULL) return NULL;
    *pool = (kernel_pool){0};
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->wake, NULL);
    const int workers = threads > 1 ? threads - 1 : 0;
    pool->handles = calloc((size_t)workers + 1, sizeof *pool->handles);
    while (pool->handles != NULL && pool->workers < workers) {
        if (pthread_create(&pool->handles[pool->workers], NULL, work, pool) != 0) break;
        pool->workers += 1;
    }
    if (pool->handles == NULL || pool->workers < workers) {
        kernel_pool_destroy(pool);
        return NULL;
    }
    return pool;
}

void kernel_pool_destroy(kernel_pool *pool) {
    if (pool == NULL) return;
    atomic_store(&pool->stopping, true);
    wake_parked(pool);
    for (int i = 0; i < pool->workers; i++) pthread_join(pool->handles[i], NULL);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->handles);
    free(pool);
}

int kernel_pool_threads(const kernel_pool *pool) { return pool == NULL ? 1 : pool->workers + 1; }

void kernel_pool_run(
    kernel_pool *pool, size_t count, void (*body)(void *context, size_t index), void *context) {
    if (count == 0) return;
    // In all threads or in none: else the bits would depend on them.
    const uint64_t state = kernel_denormals_flush();
    if (pool == NULL || pool->workers == 0 || count == 1) {
        for (size_t i = 0; i < count; i++) body(context, i);
    } else {
        pool->body = body;
        pool->context = context;
        pool->count = (long long)count;
        atomic_store(&pool->done, 0);
        atomic_store(&pool->unclaimed, (long long)count);
        wake_parked(pool);
        const size_t ran = run_claims(pool);
        for (int spins = 0; atomic_load_explicit(&pool->done, memory_order_acquire) + ran < count;
            spins++) {
            if (spins < SPINS_BEFORE_YIELDING) {
                relax();
            } else {
                sched_yield();
            }
        }
    }
    kernel_denormals_restore(state);
}
