// Every way to a CRC32C that this processor has, bit by bit.
#include "CRecordIO.h"
#include "checks.h"

static uint32_t plain(uint32_t crc, const unsigned char *bytes, size_t count) {
    crc = ~crc;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    return ~crc;
}

void check_crc32c(checks *c) {
    // Three streams of some kilobytes at once, and what is left of them.
    const size_t count = flip(c) ? pick_size(c, 300) : pick(c, 0, 30000);
    const uint32_t before = flip(c) ? 0 : (uint32_t)random_bits(c);
    const size_t apart = pick(c, 0, 7);
    unsigned char *bytes = memory(c, count + apart);
    for (size_t i = 0; i < count + apart; i++) bytes[i] = (unsigned char)random_bits(c);
    bytes += apart;
    describe(c, "%zu bytes, %zu behind a multiple of 8", count, apart);
    const uint32_t expected = plain(before, bytes, count);
    if (crc32c_extend(before, bytes, count) != expected) fail(c, "crc32c_extend", "is wrong");
    for (int way = CRC32C_TABLE; way <= CRC32C_ARMV8; way++) {
        if (!crc32c_is_supported((crc32c_implementation)way)) continue;
        if (crc32c_extend_with((crc32c_implementation)way, before, bytes, count) != expected)
            fail(c, "crc32c_extend_with", "is wrong by way %d", way);
    }
}
