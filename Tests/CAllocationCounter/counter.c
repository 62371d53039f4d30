// glibc's own allocator stays reachable under other names. A sanitizer has an allocator of its own,
// with which this one does not go together; where its flag is not given to C (tools/check-threads),
// COUNT_NO_ALLOCATIONS says so.
#include "include/CAllocationCounter.h"

#include <errno.h>
#include <stdint.h>

static _Thread_local bool is_counting;
static _Thread_local size_t allocations;

#if defined(__linux__) && defined(__GLIBC__) && !defined(COUNT_NO_ALLOCATIONS)                     \
    && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static void count(void) {
    if (is_counting) allocations += 1;
}

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count();
    return __libc_calloc(number, size);
}

void *realloc(void *block, size_t size) {
    count();
    return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    count();
    void *result = __libc_memalign(alignment, size);
    if (result == NULL) return ENOMEM;
    *block = result;
    return 0;
}

bool allocation_counter_works(void) { return true; }

#else

bool allocation_counter_works(void) { return false; }

#endif

void allocation_counter_start(void) {
    allocations = 0;
    is_counting = true;
}

size_t allocation_counter_stop(void) {
    is_counting = false;
    return allocations;
}
