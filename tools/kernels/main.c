// Runs the checks of kernels from a command line: SHAPES SEED [KIND]
#include "CKernelChecks.h"
#include "CKernels.h"
#include "CRecordIO.h"

#include <stdio.h>
#include <stdlib.h>

int main(int count, char **arguments) {
    if (count < 3 || count > 4) {
        fprintf(stderr, "usage: %s SHAPES SEED [KIND]\n", arguments[0]);
        return 64;
    }
    const char *set = kernel_instruction_set_name(kernel_instruction_set_in_use());
    if (!kernel_instruction_set_is_granted()) {
        fprintf(stderr, "%s is not in this processor, which has %s\n",
            KERNEL_INSTRUCTION_SET_VARIABLE, set);
        return 1;
    }
    const size_t shapes = strtoul(arguments[1], NULL, 10);
    const long failures =
        kernel_checks(count > 3 ? arguments[3] : NULL, shapes, strtoull(arguments[2], NULL, 10));
    if (failures < 0) fprintf(stderr, "there is no kind of kernel %s\n", arguments[3]);
    if (failures == 0) {
        const char *crc = crc32c_is_supported(CRC32C_SSE42) ? " and SSE4.2"
            : crc32c_is_supported(CRC32C_ARMV8)             ? " and ARMv8's instructions"
                                                            : "";
        printf("%s: %zu shapes of each kind of kernel are right; CRC32C by tables%s\n", set, shapes,
            crc);
    }
    return failures != 0;
}
