// Every kernel, and the CRC32C of records, beside plain loops in double precision, over random
// shapes: in C alone, so that it runs wherever the kernels can be compiled for.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Checks each kind of kernel on so many random shapes, with pools of 1, 2 and 3 threads, which must
/// give the same bits. What is wrong is printed to standard error, a line each, with the shape.
///
/// `kind` is the only one to check, or NULL for all. Returns the number of failures; -1 if there is
/// no such kind.
long kernel_checks(const char *kind, size_t shapes, uint64_t seed);
