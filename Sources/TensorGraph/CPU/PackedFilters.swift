internal import CKernels

/// A convolution's filter as its kernel takes it, packed once for as long as it does not change.
///
/// That of a variable serves all convolutions of a session's plans that take it so: both of the
/// discriminator's in a step, and the next plan's as long as nobody trains the variable.
final class PackedFilter {
    /// What a variable is packed for; images of any number.
    struct Key: Hashable {
        let variable: Node
        let part: kernel_conv2d_part.RawValue
        let geometry: WindowGeometry
    }

    let pointer: UnsafeMutablePointer<Float>
    private let arena: Arena
    /// The variable's version that is packed, 0 before.
    private let packed = SharedValues.Counter(0)
    /// The variable's version now; `nil` if the filter may be another one each time.
    private let version: SharedValues.Counter?

    init(count: Int, version: SharedValues.Counter?) {
        arena = Arena(size: count * MemoryLayout<Float>.stride)
        pointer = arena.pointer.bindMemory(to: Float.self, capacity: count)
        self.version = version
    }

    /// Packs the filter `w`, unless it is that already.
    func pack(
        _ pool: OpaquePointer?, _ way: ConvolutionWay, _ w: UnsafeMutablePointer<Float>
    ) {
        if let version {
            if packed.pointer.pointee == version.pointer.pointee { return }
            packed.pointer.pointee = version.pointer.pointee
        }
        withUnsafePointer(to: way.shape) {
            kernel_conv2d_pack_filter(pool, way.way, pointer, w, $0, way.part)
        }
    }
}

extension Resources {
    /// The packed filter of a convolution that takes it so.
    ///
    /// - Parameter variable: the variable that the filter is, if it is one that the run has not
    ///   changed when the convolution reads it.
    func packedFilter(
        _ convolution: Convolution, _ way: ConvolutionWay, variable: Node?
    ) -> PackedFilter? {
        let count = way.packedFilter
        guard count > 0 else { return nil }
        guard let variable else { return PackedFilter(count: count, version: nil) }
        let key = PackedFilter.Key(
            variable: variable, part: way.part.rawValue,
            geometry: convolution.geometry.ofAnyNumber)
        if let known = packedFilters[key] { return known }
        let made = PackedFilter(count: count, version: shared.version(.variable(variable)))
        packedFilters[key] = made
        return made
    }
}

extension Program {
    /// The variable that an operand is, if the run has not written to it before the step.
    func unchangedVariable(_ id: ID, at step: StepID) -> Node? {
        let memory = memory(id)
        guard case .variable(let node) = maker(memory).primitive else { return nil }
        for earlier in order {
            if earlier == step { return node }
            let inputs = self[earlier].inputs
            if self[earlier].primitive.writes.contains(where: { self.memory(inputs[$0]) == memory })
            {
                return nil
            }
        }
        return nil
    }
}
