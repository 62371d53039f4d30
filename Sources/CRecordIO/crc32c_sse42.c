#if defined(__x86_64__)

#include <nmmintrin.h>
#include <wmmintrin.h>

#include "crc32c_internal.h"

#define TARGET __attribute__((target("sse4.2,pclmul")))

TARGET static inline uint32_t update_byte(uint32_t state, uint8_t byte) {
    return _mm_crc32_u8(state, byte);
}

TARGET static inline uint32_t update_word(uint32_t state, uint64_t word) {
    return (uint32_t)_mm_crc32_u64(state, word);
}

TARGET static inline uint64_t multiply(uint32_t one, uint32_t other) {
    __m128i product =
        _mm_clmulepi64_si128(_mm_cvtsi32_si128((int)one), _mm_cvtsi32_si128((int)other), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

#include "crc32c_streams.h"

TARGET uint32_t crc32c_update_sse42(uint32_t state, const uint8_t *bytes, size_t count) {
    return update(state, bytes, count);
}

bool crc32c_has_sse42(void) {
    return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");
}

#endif
