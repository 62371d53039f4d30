// CRC32C by "slicing-by-8" (Kounavis and Berry, 2005): table k maps a byte to what it adds to the
// register when k more bytes follow it, so that eight bytes take eight look-ups that do not wait
// for each other.

#include <pthread.h>

#include "crc32c_internal.h"

/// Castagnoli's polynomial, bits reversed.
static const uint32_t polynomial = 0x82f63b78;

static uint32_t tables[8][256];
static pthread_once_t tables_are_filled = PTHREAD_ONCE_INIT;

static void fill_tables(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t state = byte;
        for (int bit = 0; bit < 8; bit++) {
            state = (state >> 1) ^ (state & 1 ? polynomial : 0);
        }
        tables[0][byte] = state;
    }
    for (int k = 1; k < 8; k++) {
        for (int byte = 0; byte < 256; byte++) {
            uint32_t state = tables[k - 1][byte];
            tables[k][byte] = (state >> 8) ^ tables[0][state & 255];
        }
    }
}

uint32_t crc32c_update_table(uint32_t state, const uint8_t *bytes, size_t count) {
    pthread_once(&tables_are_filled, fill_tables);
    for (; count >= 8; bytes += 8, count -= 8) {
        uint32_t low = state
            ^ (bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16
                | (uint32_t)bytes[3] << 24);
        state = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^ tables[5][low >> 16 & 255]
            ^ tables[4][low >> 24] ^ tables[3][bytes[4]] ^ tables[2][bytes[5]] ^ tables[1][bytes[6]]
            ^ tables[0][bytes[7]];
    }
    for (; count > 0; bytes++, count--) {
        state = (state >> 8) ^ tables[0][(state ^ *bytes) & 255];
    }
    return state;
}
