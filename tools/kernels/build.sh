# Sourced by tools/check-kernels and tools/check-arm, in the root of the repository.

# build_checks FOLDER FLAGS…: compiles the kernels, the CRC32C and their checks with Swift's clang to
# FOLDER/*.o, as far as they are not up to date.
build_checks() {
    local folder=$1 newest file object
    shift
    mkdir -p "$folder"
    newest=$(ls -t Sources/{CKernels,CRecordIO}/{,include/}*.h Tests/CKernelChecks/{,include/}*.h |
        head -n 1)
    for file in Sources/{CKernels,CRecordIO}/*.c Tests/CKernelChecks/*.c tools/kernels/main.c; do
        object=$folder/$(echo "${file%.c}" | tr / -).o
        [ "$object" -nt "$file" ] && [ "$object" -nt "$newest" ] || echo "$file $object"
    done | xargs -n 2 -P "$(getconf _NPROCESSORS_ONLN)" sh -c '
        [ $# -gt 0 ] || exit 0
        exec clang -std=c17 -Wall -Werror -ISources/CKernels/include -ISources/CRecordIO/include \
            -ITests/CKernelChecks/include '"$*"' -c "$1" -o "$2"' sh
}
