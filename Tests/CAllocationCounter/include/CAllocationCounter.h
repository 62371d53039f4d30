// Counts what a thread allocates, by taking the C library's place in the test's process.
#pragma once

#include <stdbool.h>
#include <stddef.h>

/// Whether allocations are counted here: on Linux with glibc, without a sanitizer, which takes that
/// place itself.
bool allocation_counter_works(void);
/// From here on, allocations, and blocks that are made larger, of the calling thread are counted.
void allocation_counter_start(void);
/// How many there were since the start.
size_t allocation_counter_stop(void);
