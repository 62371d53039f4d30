// The loop that SSE4.2 and ARMv8 share: three streams at once, because a CRC instruction takes
// three cycles but a new one can start in each.
//
// A block is A, B and C of n bytes each. After it the register is
//     crc(state, A)·x^(16n) + crc(0, B)·x^(8n) + crc(0, C)      modulo the polynomial,
// since n zero bytes multiply a register by x^(8n). One carry-less multiplication by the constant
// x^(8n-33) mod P does that: its product, 64 bits long, is then fed to the CRC instruction as eight
// bytes, which multiplies by x^32 and reduces; the one power that is left is the place that the
// product of two bit-reversed numbers is short of 64.
//
// The including file defines TARGET, the attribute that allows the instructions, and three
// functions: update_byte, update_word, and multiply (carry-less).

TARGET static inline uint32_t update_block(uint32_t state, const uint8_t *bytes, size_t n,
    uint32_t two_streams_on, uint32_t one_stream_on) {
    uint32_t second = 0, third = 0;
    for (size_t i = 0; i < n; i += 8) {
        state = update_word(state, crc32c_load64(bytes + i));
        second = update_word(second, crc32c_load64(bytes + n + i));
        third = update_word(third, crc32c_load64(bytes + 2 * n + i));
    }
    return third
        ^ update_word(0, multiply(state, two_streams_on) ^ multiply(second, one_stream_on));
}

TARGET static inline uint32_t update(uint32_t state, const uint8_t *bytes, size_t count) {
    for (; count >= 3 * 1024; bytes += 3 * 1024, count -= 3 * 1024) {
        state = update_block(state, bytes, 1024, 0xa51b6135, 0x170076fa);
    }
    for (; count >= 3 * 128; bytes += 3 * 128, count -= 3 * 128) {
        state = update_block(state, bytes, 128, 0xb9e02b86, 0x0d3b6092);
    }
    for (; count >= 8; bytes += 8, count -= 8) {
        state = update_word(state, crc32c_load64(bytes));
    }
    for (; count > 0; bytes++, count--) {
        state = update_byte(state, *bytes);
    }
    return state;
}
