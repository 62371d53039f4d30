// What the machine can do at best: loops that do one thing and nothing else.
#pragma once

#include <stddef.h>

/// Multiplies and adds in registers, on vectors of 8 or of 16 floats: `repeats` times 12 of them.
/// Returns something that depends on all of it.
float probe_multiply_add_8(size_t repeats);
float probe_multiply_add_16(size_t repeats);

/// The floating-point operations of one repeat.
enum { PROBE_OPERATIONS_8 = 2 * 12 * 8, PROBE_OPERATIONS_16 = 2 * 12 * 16 };

/// Reads n floats; returns their sum.
float probe_read(const float *x, size_t n);
/// Reads and writes n floats.
void probe_update(float *x, size_t n);
