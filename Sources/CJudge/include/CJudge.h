// The judge of MNIST's digits, embedded in the binary. README.md tells how it was made.
#pragma once

#include <stddef.h>

/// A safetensors file of judge_weights_size bytes.
extern const unsigned char *_Nonnull const judge_weights;
extern const size_t judge_weights_size;
