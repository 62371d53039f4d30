// Chooses the implementation at the first call, and keeps it.

#include <stdatomic.h>

#include "crc32c_internal.h"

typedef uint32_t (*update_function)(uint32_t state, const uint8_t *bytes, size_t count);

/// The implementation's function, or NULL where this machine cannot run it.
static update_function function_of(crc32c_implementation implementation) {
    switch (implementation) {
    case CRC32C_TABLE: return crc32c_update_table;
#if defined(__x86_64__)
    case CRC32C_SSE42: return crc32c_has_sse42() ? crc32c_update_sse42 : NULL;
#elif defined(__aarch64__)
    case CRC32C_ARMV8: return crc32c_has_armv8() ? crc32c_update_armv8 : NULL;
#endif
    default: return NULL;
    }
}

bool crc32c_is_supported(crc32c_implementation implementation) {
    return function_of(implementation) != NULL;
}

uint32_t crc32c_extend_with(
    crc32c_implementation implementation, uint32_t crc, const void *bytes, size_t count) {
    return ~function_of(implementation)(~crc, bytes, count);
}

static uint32_t choose_and_update(uint32_t state, const uint8_t *bytes, size_t count);

static _Atomic(update_function) fastest = choose_and_update;

static uint32_t choose_and_update(uint32_t state, const uint8_t *bytes, size_t count) {
    update_function chosen = function_of(CRC32C_SSE42);
    if (chosen == NULL) chosen = function_of(CRC32C_ARMV8);
    if (chosen == NULL) chosen = crc32c_update_table;
    atomic_store_explicit(&fastest, chosen, memory_order_relaxed);
    return chosen(state, bytes, count);
}

uint32_t crc32c_extend(uint32_t crc, const void *bytes, size_t count) {
    return ~atomic_load_explicit(&fastest, memory_order_relaxed)(~crc, bytes, count);
}
