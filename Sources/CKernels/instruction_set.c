// Which instruction set the kernels are run with: what the processor has, and what the environment
// says of it.
#include "instruction_set.h"

#include <stdlib.h>
#include <string.h>

kernel_instruction_set chosen_instruction_set = KERNEL_BASELINE;
static bool is_granted = true;

#if defined(__x86_64__)
static const char *const names[] = {"sse2", "avx2", "avx512"};
#elif defined(__aarch64__)
static const char *const names[] = {"neon"};
#else
static const char *const names[] = {"baseline"};
#endif

static kernel_instruction_set best_of_processor(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("x86-64-v4")) return KERNEL_AVX512;
    if (__builtin_cpu_supports("x86-64-v3")) return KERNEL_AVX2;
#endif
    return KERNEL_BASELINE;
}

/// Before `main`, and so before any thread could run a kernel.
__attribute__((constructor)) static void choose(void) {
    const kernel_instruction_set best = best_of_processor();
    chosen_instruction_set = best;
    const char *asked = getenv(KERNEL_INSTRUCTION_SET_VARIABLE);
    if (asked == NULL || *asked == '\0') return;
    is_granted = false;
    for (int i = 0; i <= (int)best; i++) {
        if (strcmp(asked, names[i]) != 0) continue;
        chosen_instruction_set = (kernel_instruction_set)i;
        is_granted = true;
    }
}

kernel_instruction_set kernel_instruction_set_in_use(void) { return chosen_instruction_set; }

kernel_instruction_set kernel_instruction_set_best(void) { return best_of_processor(); }

void kernel_instruction_set_use(kernel_instruction_set set) { chosen_instruction_set = set; }

bool kernel_instruction_set_is_granted(void) { return is_granted; }

const char *kernel_instruction_set_name(kernel_instruction_set set) {
    return (size_t)set < sizeof names / sizeof names[0] ? names[set] : NULL;
}
