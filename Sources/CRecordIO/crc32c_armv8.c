#if defined(__aarch64__)

#include <arm_acle.h>
#include <arm_neon.h>
#if defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#include "crc32c_internal.h"

#define TARGET __attribute__((target("crc,aes")))

TARGET static inline uint32_t update_byte(uint32_t state, uint8_t byte) {
    return __crc32cb(state, byte);
}

TARGET static inline uint32_t update_word(uint32_t state, uint64_t word) {
    return __crc32cd(state, word);
}

TARGET static inline uint64_t multiply(uint32_t one, uint32_t other) {
    return (uint64_t)vmull_p64(one, other);
}

#include "crc32c_streams.h"

TARGET uint32_t crc32c_update_armv8(uint32_t state, const uint8_t *bytes, size_t count) {
    return update(state, bytes, count);
}

bool crc32c_has_armv8(void) {
#if defined(__linux__)
    unsigned long features = getauxval(AT_HWCAP);
    return (features & HWCAP_CRC32) && (features & HWCAP_PMULL);
#else
    return true;  // Every 64-bit ARM of Apple's has both.
#endif
}

#endif
