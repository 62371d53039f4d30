// One function for each implementation, for crc32c.c to choose from. Each takes and gives the
// register as it stands between bytes: neither the initial nor the final inversion is applied.

#ifndef CRC32C_INTERNAL_H
#define CRC32C_INTERNAL_H

#include <string.h>

#include "CRecordIO.h"

#if defined(__x86_64__)
bool crc32c_has_sse42(void);
uint32_t crc32c_update_sse42(uint32_t state, const uint8_t *bytes, size_t count);
#elif defined(__aarch64__)
bool crc32c_has_armv8(void);
uint32_t crc32c_update_armv8(uint32_t state, const uint8_t *bytes, size_t count);
#endif

uint32_t crc32c_update_table(uint32_t state, const uint8_t *bytes, size_t count);

static inline uint64_t crc32c_load64(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

#endif
