internal import CKernels

/// Where the numbers of a tensor are whose sum over shards a run reads: those of the last shard, what
/// they are multiplied by, and the sums of the shards before it that are still to be added.
///
/// A plan is bound to this place; what stands in it is told before each run.
final class ShardTerms {
    let pointer: UnsafeMutablePointer<kernel_shard_sum>
    private let levels: UnsafeMutablePointer<UnsafePointer<Float>?>

    /// As many levels as shards can be counted with.
    private static let mostLevels = Int.bitWidth

    init() {
        pointer = .allocate(capacity: 1)
        levels = .allocate(capacity: Self.mostLevels)
        levels.initialize(repeating: nil, count: Self.mostLevels)
        pointer.initialize(
            to: kernel_shard_sum(last: nil, share: 1, levels: levels, level_count: 0))
    }

    deinit {
        pointer.deallocate()
        levels.deallocate()
    }

    /// Says where they are.
    func set(last: UnsafePointer<Float>?, share: Float = 1, levels: [UnsafePointer<Float>] = []) {
        pointer.pointee.last = last
        pointer.pointee.share = share
        pointer.pointee.level_count = levels.count
        for (index, level) in levels.enumerated() { self.levels[index] = level }
    }
}
