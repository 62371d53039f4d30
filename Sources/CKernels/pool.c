// A pool of threads for loops that last microseconds.
//
// Shares. Each thread has a share of a job's indices, the same one each time for the same count. So
// it finds what it wrote in one job in its own cache in the next. To fetch what another core has
// changed takes several times as long where the cores share no cache.
//
// Stealing. A thread claims the indices of its own share from the front. When none is left, it
// takes those of the others from the back: a worker that the kernel has descheduled holds nobody
// up. At the end the caller waits until all claimed indices are done.
//
// One cache line. A share and its job lie in one line, the only one that a worker waits for. A job
// reaches a worker by one transfer, and a claim needs none.
//
// Claim first, then read. A thread reads the job after its claim has succeeded. The job cannot be
// replaced before that index is done. A claim that races with the next job's publication is a claim
// on the next job. So nothing needs a generation number.
//
// Waking a parked thread costs some microseconds of the caller's time, more than many jobs last.
// Jobs come in bursts, so workers spin for a while first.
//
// Resting. An index that is claimed is waited for, even if the kernel gives the core of the thread
// that claimed it to another process, for milliseconds. So the caller measures how long it waits for
// each worker. One that holds it up for half of the time is more hindrance than help: it gets no
// share for a while, which doubles each time that it is no better afterwards.
#define _POSIX_C_SOURCE 200809L  // clock_gettime

#include "include/CKernels.h"
#include "pool.h"
#include "spin.h"
#include "vector.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    SPINS_BEFORE_PARKING = 4000,  // about 50 to 100 microseconds
    SPINS_BEFORE_TAKING = 2000,   // half as long; none if there are more threads than processors
    SPINS_BEFORE_ASIDE = 16,      // a third of a microsecond: not for the last ones of a job
    JOBS_BEFORE_LOOKING = 32,     // at the clock
};

// Nanoseconds.
static const int64_t WATCH = 10000000, SHORTEST_REST = 40000000, LONGEST_REST = 640000000;

/// A thread's indices that nobody has claimed: the first one, and 2³² times the one after the last.
/// None are left when the second is not above the first.
typedef struct {
    _Alignas(64) atomic_ullong unclaimed;
    // The job. Written before `unclaimed`, read after a claim.
    void (*body)(void *context, size_t index);
    void *context;
    // Whether its worker is at a job: only a hint.
    atomic_bool is_running;
} share;

/// What the caller knows of a worker.
typedef struct {
    bool is_late;                 // whether the caller waits for it just now
    uint64_t awaited;             // ticks that were waited for it since the last look at the clock
    int64_t rest, resting_until;  // nanoseconds; until 0 if it does not rest
} record;

struct kernel_pool {
    _Alignas(64) atomic_size_t done;  // indices that workers have finished, in all jobs
    _Alignas(64) atomic_int parked;
    atomic_bool stopping;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    int workers, spins_before_taking;
    // The threads that get shares, the caller first, by the places of their shares.
    int limit, active_count, *active;
    record *records;  // by place
    // What was measured since the caller looked at the clock.
    uint64_t jobs, ticks;
    int64_t looked;
    // What the caller does while it waits.
    bool (*aside)(void *context);
    void *aside_context;
    struct worker *handles;
    share *shares;  // the caller's first
};

struct worker {
    kernel_pool *pool;
    int place;  // of its share
    pthread_t thread;
};

/// The calling thread's.
static _Thread_local int own_place;

int kernel_pool_place(void) { return own_place; }

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

static bool has_unclaimed(unsigned long long unclaimed) {
    return (uint32_t)unclaimed < unclaimed >> 32;
}

/// Claims and runs a share's indices until none is left; returns how many it ran.
static size_t run_share(share *from, bool own) {
    size_t ran = 0;
    unsigned long long left = atomic_load_explicit(&from->unclaimed, memory_order_relaxed);
    while (has_unclaimed(left)) {
        const unsigned long long then = own ? left + 1 : left - (1ull << 32);
        if (!atomic_compare_exchange_weak(&from->unclaimed, &left, then)) continue;
        from->body(from->context, own ? (uint32_t)left : then >> 32);
        ran += 1;
        left = atomic_load_explicit(&from->unclaimed, memory_order_relaxed);
    }
    return ran;
}

/// Counts at some constant rate, of no known unit.
static inline uint64_t ticks(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t count;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(count));
    return count;
#else
    return 0;
#endif
}

/// Runs what is left of a thread's own share, then what others do not get to; returns how many it
/// ran. Adds the ticks that it waited for others to their records, if there are any.
///
/// Before it takes from another share it waits, for at most half as long as its own share took. A
/// worker that is on its way will be done sooner than this thread could fetch the worker's data
/// from the worker's cache.
static size_t run_shares(kernel_pool *pool, int place, record *records) {
    const uint64_t start = ticks();
    size_t ran = run_share(&pool->shares[place], true);
    const uint64_t end = ticks();
    const int threads = pool->workers + 1;
    int spins = 0;
    for (int i = 1; i < threads; i++) {
        const int other_place = (place + i) % threads;
        share *other = &pool->shares[other_place];
        if (!has_unclaimed(atomic_load_explicit(&other->unclaimed, memory_order_relaxed))) continue;
        const uint64_t before = ticks();
        while (has_unclaimed(atomic_load_explicit(&other->unclaimed, memory_order_relaxed))
            && ticks() - end < (end - start) / 2 && spins++ < pool->spins_before_taking)
            relax();
        if (records != NULL) records[other_place].awaited += ticks() - before;
        ran += run_share(other, false);
    }
    return ran;
}

static bool has_work(const struct worker *worker) {
    return has_unclaimed(atomic_load(&worker->pool->shares[worker->place].unclaimed))
        || atomic_load(&worker->pool->stopping);
}

/// Sleeps until there is work. `parked` is raised before the last look, and the caller looks at it
/// after publishing its work: one of the two sees the other.
static void park(const struct worker *worker) {
    kernel_pool *pool = worker->pool;
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->parked, 1);
    while (!has_work(worker)) pthread_cond_wait(&pool->wake, &pool->mutex);
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
    const struct worker *worker = argument;
    kernel_pool *pool = worker->pool;
    own_place = worker->place;
    kernel_denormals_flush();
    int spins = 0;
    while (!atomic_load_explicit(&pool->stopping, memory_order_relaxed)) {
        if (has_work(worker)) {
            atomic_bool *is_running = &pool->shares[worker->place].is_running;
            atomic_store_explicit(is_running, true, memory_order_relaxed);
            atomic_fetch_add(&pool->done, run_shares(pool, worker->place, NULL));
            atomic_store_explicit(is_running, false, memory_order_relaxed);
            spins = 0;
        } else if (++spins < SPINS_BEFORE_PARKING) {
            relax();
        } else {
            park(worker);
            spins = 0;
        }
    }
    return NULL;
}

// MARK: Resting

static int64_t nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/// Notes who gets shares.
static void choose_active(kernel_pool *pool) {
    pool->active_count = 0;
    for (int place = 0; place < pool->limit; place++) {
        if (pool->records[place].resting_until == 0) pool->active[pool->active_count++] = place;
    }
}

/// Sends those to rest that held the caller up, and calls back those who have rested.
static void look_at_clock(kernel_pool *pool) {
    pool->jobs = 0;
    const int64_t now = nanoseconds();
    const bool is_over = now - pool->looked >= WATCH;
    for (int place = 1; place <= pool->workers; place++) {
        record *of = &pool->records[place];
        if (of->resting_until > 0) {
            if (now >= of->resting_until) of->resting_until = 0;
        } else if (is_over && of->awaited > pool->ticks / 2) {
            of->rest = of->rest == 0 ? SHORTEST_REST : of->rest * 2;
            if (of->rest > LONGEST_REST) of->rest = LONGEST_REST;
            of->resting_until = now + of->rest;
        } else if (is_over && of->awaited < pool->ticks / 4) {
            of->rest = 0;
        }
        if (is_over) of->awaited = 0;
    }
    if (is_over) pool->looked = now, pool->ticks = 0;
    choose_active(pool);
}

// MARK: The pool

kernel_pool *kernel_pool_create(int threads) {
    const size_t count = threads > 1 ? (size_t)threads : 1;
    kernel_pool *pool = aligned_alloc(64, sizeof *pool);
    if (pool == NULL) return NULL;
    *pool = (kernel_pool){0};
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->wake, NULL);
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    pool->spins_before_taking = (long)count > processors ? 0 : SPINS_BEFORE_TAKING;
    pool->handles = calloc(count, sizeof *pool->handles);
    pool->shares = aligned_alloc(64, count * sizeof *pool->shares);
    pool->active = calloc(count, sizeof *pool->active);
    pool->records = calloc(count, sizeof *pool->records);
    if (pool->handles == NULL || pool->shares == NULL || pool->active == NULL
        || pool->records == NULL) {
        kernel_pool_destroy(pool);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) pool->shares[i] = (share){0};
    while (pool->workers + 1 < (int)count) {
        struct worker *worker = &pool->handles[pool->workers];
        *worker = (struct worker){.pool = pool, .place = pool->workers + 1};
        if (pthread_create(&worker->thread, NULL, work, worker) != 0) {
            kernel_pool_destroy(pool);
            return NULL;
        }
        pool->workers += 1;
    }
    pool->looked = nanoseconds();
    kernel_pool_limit(pool, (int)count);
    return pool;
}

void kernel_pool_destroy(kernel_pool *pool) {
    if (pool == NULL) return;
    atomic_store(&pool->stopping, true);
    wake_parked(pool);
    for (int i = 0; i < pool->workers; i++) pthread_join(pool->handles[i].thread, NULL);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->handles);
    free(pool->shares);
    free(pool->active);
    free(pool->records);
    free(pool);
}

void kernel_pool_set_aside(kernel_pool *pool, bool (*aside)(void *context), void *context) {
    if (pool == NULL) return;
    pool->aside = aside;
    pool->aside_context = context;
}

int kernel_pool_threads(const kernel_pool *pool) { return pool == NULL ? 1 : pool->workers + 1; }

void kernel_pool_limit(kernel_pool *pool, int threads) {
    if (pool == NULL) return;
    pool->limit = threads < 1 ? 1 : threads > pool->workers + 1 ? pool->workers + 1 : threads;
    choose_active(pool);
}

/// Waits until the workers have done the rest, which they have claimed.
static void wait_for_workers(kernel_pool *pool, size_t before, size_t left) {
    if (atomic_load_explicit(&pool->done, memory_order_acquire) - before >= left) return;
    const uint64_t start = ticks();
    for (int spins = 0; atomic_load_explicit(&pool->done, memory_order_acquire) - before < left;
         spins++) {
        if (spins == SPINS_BEFORE_ASIDE) {
            for (int i = 1; i < pool->active_count; i++) {
                const int place = pool->active[i];
                pool->records[place].is_late =
                    atomic_load_explicit(&pool->shares[place].is_running, memory_order_relaxed);
            }
        }
        const bool waits = spins >= SPINS_BEFORE_ASIDE;
        if (!waits || pool->aside == NULL || !pool->aside(pool->aside_context))
            wait_a_moment(spins);
    }
    const uint64_t time = ticks() - start;
    for (int i = 1; i < pool->active_count; i++) {
        record *of = &pool->records[pool->active[i]];
        if (of->is_late) of->awaited += time;
        of->is_late = false;
    }
}

void kernel_pool_run(
    kernel_pool *pool, size_t count, void (*body)(void *context, size_t index), void *context) {
    if (count == 0) return;
    // In all threads or in none: else the bits would depend on them.
    const uint64_t state = kernel_denormals_flush();
    const uint64_t start = ticks();
    if (pool == NULL || pool->active_count == 1 || count == 1) {
        for (size_t i = 0; i < count; i++) body(context, i);
    } else {
        const size_t before = atomic_load_explicit(&pool->done, memory_order_relaxed);
        const size_t threads = (size_t)pool->active_count;
        for (size_t i = threads; i-- > 0;) {
            share *to = &pool->shares[pool->active[i]];
            to->body = body;
            to->context = context;
            const unsigned long long first = part(count, threads, i);
            atomic_store(&to->unclaimed, first | part(count, threads, i + 1) << 32);
        }
        wake_parked(pool);
        const size_t left = count - run_shares(pool, 0, pool->records);
        wait_for_workers(pool, before, left);
    }
    if (pool != NULL && pool->workers > 0) {
        pool->ticks += ticks() - start;
        if (++pool->jobs >= JOBS_BEFORE_LOOKING) look_at_clock(pool);
    }
    kernel_denormals_restore(state);
}
