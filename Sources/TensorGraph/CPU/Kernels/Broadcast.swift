internal import CKernels

/// How an array lies in the values of a loop that it is broadcast to.
struct Broadcast: Equatable {
    /// For each dimension of the values, outermost first, its size, and how far the array goes on
    /// along it; 0 where it repeats. Neighbours that are alike are one.
    private(set) var dimensions: [Dimension] = []

    struct Dimension: Equatable {
        var size: Int
        var stride: Int
    }

    init(of shape: [Int], in result: [Int]) {
        var stride = 1
        var innermostFirst: [Dimension] = []
        for axis in result.indices.reversed() {
            let own = axis - (result.count - shape.count)
            let size = own < 0 ? 1 : shape[own]
            defer { stride *= size }
            guard result[axis] != 1 else { continue }
            let next = Dimension(size: result[axis], stride: size == 1 ? 0 : stride)
            if let inner = innermostFirst.last, next.stride == inner.stride * inner.size,
                (next.stride == 0) == (inner.stride == 0)
            {
                innermostFirst[innermostFirst.count - 1].size *= next.size
            } else {
                innermostFirst.append(next)
            }
        }
        dimensions = innermostFirst.reversed()
        if dimensions.isEmpty { dimensions = [Dimension(size: 1, stride: 0)] }
    }

    /// As the kernels take it.
    func kernel(_ memory: UnsafePointer<Float>) -> kernel_broadcast {
        precondition(
            dimensions.count <= Int(KERNEL_RANK), "an array is broadcast along too many dimensions")
        var result = kernel_broadcast()
        result.memory = memory
        result.rank = dimensions.count
        withUnsafeMutableBytes(of: &result.sizes) { bytes in
            let sizes = bytes.bindMemory(to: Int.self)
            for (index, dimension) in dimensions.enumerated() { sizes[index] = dimension.size }
        }
        withUnsafeMutableBytes(of: &result.strides) { bytes in
            let strides = bytes.bindMemory(to: Int.self)
            for (index, dimension) in dimensions.enumerated() { strides[index] = dimension.stride }
        }
        return result
    }
}
