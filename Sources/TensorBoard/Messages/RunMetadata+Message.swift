import CProtobufC
import CTensorBoardProtos

extension RunMetadata {
    /// The record as a serialized `RunMetadata`.
    public func serialized() -> [UInt8] {
        let arena = MessageArena()
        return arena.make(tensorflow__run_metadata__init) {
            $0.step_stats = arena.make(tensorflow__step_stats__init) {
                ($0.n_dev_stats, $0.dev_stats) = arena.repeated(
                    devices.map { $0.message(in: arena) })
            }
        }.packed()
    }
}

extension RunMetadata.Device {
    fileprivate func message(
        in arena: MessageArena
    ) -> UnsafeMutablePointer<Tensorflow__DeviceStepStats> {
        arena.make(tensorflow__device_step_stats__init) {
            $0.device = arena.string(name)
            ($0.n_node_stats, $0.node_stats) = arena.repeated(
                nodes.map { $0.message(in: arena) })
        }
    }
}

extension RunMetadata.Node {
    fileprivate func message(
        in arena: MessageArena
    ) -> UnsafeMutablePointer<Tensorflow__NodeExecStats> {
        let nanoseconds = max(endNanoseconds.subtractingReportingOverflow(startNanoseconds).0, 0)
        let microseconds = nanoseconds / 1000 + (nanoseconds % 1000 > 0 ? 1 : 0)
        return arena.make(tensorflow__node_exec_stats__init) {
            $0.node_name = arena.string(name)
            $0.timeline_label = arena.string(label)
            $0.thread_id = thread
            $0.all_start_micros = startNanoseconds / 1000
            $0.scheduled_micros = startNanoseconds / 1000
            $0.op_end_rel_micros = microseconds
            $0.all_end_rel_micros = microseconds
            $0.all_start_nanos = startNanoseconds
            $0.op_end_rel_nanos = nanoseconds
            $0.all_end_rel_nanos = nanoseconds
            ($0.n_memory, $0.memory) = arena.repeated(allocations.map { $0.message(in: arena) })
            ($0.n_output, $0.output) = arena.repeated(
                outputs.enumerated().map { slot, output in
                    arena.make(tensorflow__node_output__init) {
                        $0.slot = Int32(clamping: slot)
                        $0.tensor_description = output.message(in: arena)
                    }
                })
        }
    }
}

extension RunMetadata.Allocation {
    fileprivate func message(
        in arena: MessageArena
    ) -> UnsafeMutablePointer<Tensorflow__AllocatorMemoryUsed> {
        arena.make(tensorflow__allocator_memory_used__init) {
            $0.allocator_name = arena.string(allocator)
            $0.total_bytes = totalBytes
            $0.peak_bytes = peakBytes
            $0.live_bytes = liveBytes
        }
    }
}

extension RunMetadata.Output {
    /// With a shape in any case: TensorBoard's page does not draw the graph without.
    fileprivate func message(
        in arena: MessageArena
    ) -> UnsafeMutablePointer<Tensorflow__TensorDescription> {
        arena.make(tensorflow__tensor_description__init) {
            $0.dtype = type.message
            $0.shape = TensorShape(shape).message(in: arena)
            guard let byteCount else { return }
            $0.allocation_description = arena.make(tensorflow__allocation_description__init) {
                $0.requested_bytes = byteCount
                $0.allocated_bytes = byteCount
                $0.allocator_name = arena.string(allocator)
            }
        }
    }
}
