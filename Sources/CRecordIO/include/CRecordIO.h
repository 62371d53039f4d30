#ifndef CRECORDIO_H
#define CRECORDIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The ways in which this library computes a CRC32C; each gives the same result.
typedef enum {
    /// Eight table look-ups for eight bytes; runs anywhere.
    CRC32C_TABLE = 0,
    /// x86-64 with SSE4.2 and PCLMULQDQ: three streams of `crc32` at once.
    CRC32C_SSE42 = 1,
    /// ARMv8 with the CRC32 and PMULL extensions: three streams of `crc32cx` at once.
    CRC32C_ARMV8 = 2,
} crc32c_implementation;

/// Whether this machine can run the implementation.
bool crc32c_is_supported(crc32c_implementation implementation);

/// Extends the checksum `crc` (0 for no bytes) of some bytes by `count` more, on a supported
/// implementation.
uint32_t crc32c_extend_with(
    crc32c_implementation implementation, uint32_t crc, const void *bytes, size_t count);

/// Extends the checksum `crc` (0 for no bytes) of some bytes by `count` more, the fastest way there
/// is.
uint32_t crc32c_extend(uint32_t crc, const void *bytes, size_t count);

#endif
