// MNIST's first 6,000 training images, embedded in the binary. README.md tells their origin and licence.
#pragma once

#include <stddef.h>

/// A gzip stream of mnist_sample_size bytes, which holds an IDX file of 6000 × 28 × 28 unsigned bytes.
extern const unsigned char *_Nonnull const mnist_sample;
extern const size_t mnist_sample_size;
