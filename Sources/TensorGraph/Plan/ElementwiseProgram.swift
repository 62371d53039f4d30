internal import CKernels

extension Elementwise {
    /// A group's steps as the kernel takes them, with the memory that they need beside the group's
    /// operands and results.
    final class Program {
        let steps: UnsafePointer<kernel_step>
        let stepCount: Int
        let rows: UnsafePointer<kernel_row>
        let rowCount: Int
        private let owned: Owned

        /// - Parameter tasks: how many tasks the kernel's run is cut into.
        init(_ members: [Member], tasks: Int) {
            var builder = Builder(members, tasks: tasks)
            builder.build()
            owned = builder.owned
            steps = UnsafePointer(owned.copied(builder.steps))
            stepCount = builder.steps.count
            rows = UnsafePointer(owned.copied(builder.rows))
            rowCount = builder.rows.count
        }
    }

    /// Memory that goes with a program.
    fileprivate final class Owned {
        private var pointers: [UnsafeMutableRawPointer] = []

        func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
            let pointer = UnsafeMutableRawPointer.allocate(
                byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
            pointers.append(pointer)
            return pointer.bindMemory(to: Float.self, capacity: count)
        }

        func copied<T: BitwiseCopyable>(_ elements: [T]) -> UnsafeMutablePointer<T> {
            let bytes = max(elements.count, 1) * MemoryLayout<T>.stride
            let pointer = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
            pointers.append(pointer)
            let result = pointer.bindMemory(to: T.self, capacity: elements.count)
            result.initialize(from: elements, count: elements.count)
            return result
        }

        deinit { for pointer in pointers { pointer.deallocate() } }
    }

    private struct Builder {
        let members: [Member]
        let tasks: Int
        let owned = Owned()
        var steps: [kernel_step] = []
        var rows: [kernel_row] = []
        private var tiles: [UnsafeMutablePointer<Float>: UnsafeMutablePointer<Float>] = [:]
        private var results: [kernel_operand] = []

        init(_ members: [Member], tasks: Int) {
            self.members = members
            self.tasks = tasks
        }

        mutating func build() {
            placeResults()
            let summed = summedGradients()
            for (index, (member, result)) in zip(members, results).enumerated()
            where !summed.contains(index) {
                if case .pooling(_, _, let isGradient) = member.function {
                    guard isGradient || member.result != nil else { continue }
                    let image = place(member.operands[0])
                    add(pooling: pooling(member), result, image, image)
                    continue
                }
                let operands = member.operands.map { place($0) }
                switch member.function {
                case .unary(let function):
                    add(unary: function, result, operands[0], operands[0])
                case .binary(let function):
                    add(binary: function, result, operands[0], operands[1])
                case .pooling: break  // It has been added.
                case .columnSums where member.result == nil: break
                case .columnSums(let columns, let divisor, let images):
                    let partials = owned.floats(tasks * columns)
                    let block = Int(KERNEL_BLOCK)
                    let sums = kernel_column_sums(
                        out: member.result, partials: partials, columns: columns, divisor: divisor,
                        lanes: images == nil ? 1 : block,
                        last_block: images.map {
                            $0[0] / block * block * $0.dropFirst().reduce(1, *)
                        } ?? .max,
                        last_lanes: images.map { $0[0] % block } ?? 1)
                    let binary: kernel_binary? = operands.count > 1 ? kernel_mul : nil
                    if let gradient = summed.first(where: member.reads).map({ members[$0] }) {
                        let image = place(gradient.operands[0])
                        add(
                            binary: binary, sums: owned.copied([sums]), pooling: pooling(gradient),
                            result, image, image)
                    } else {
                        add(
                            binary: binary, sums: owned.copied([sums]), result, operands[0],
                            operands[operands.count - 1])
                    }
                case .sum where operands.count == 1:
                    add(result, operands[0], operands[0])
                case .sum:
                    add(binary: kernel_add, result, operands[0], operands[1])
                    for operand in operands.dropFirst(2) {
                        add(binary: kernel_add, result, result, operand)
                    }
                }
            }
        }

        private mutating func pooling(_ member: Member) -> UnsafePointer<kernel_pooling>? {
            guard case .pooling(let width, let channels, let isGradient) = member.function else {
                return nil
            }
            // A pool reads a row as it lies.
            let operands = member.operands.map { operand in
                if case .row(let memory, channels, 1) = operand { return memory }
                return place(operand).memory
            }
            let rows = operands[(isGradient ? 3 : 1)...].map { UnsafePointer($0) }
            func row(_ index: Int) -> UnsafePointer<Float>? {
                index < rows.count ? rows[index] : nil
            }
            let varies = if case .whole = member.operands.last { rows.count > 4 } else { false }
            return UnsafePointer(
                owned.copied([
                    kernel_pooling(
                        y: isGradient ? operands[1] : member.result,
                        dy: isGradient ? UnsafePointer(operands[2]) : nil, width: width,
                        channels: channels, scale: row(0), shift: row(1), factor: row(2),
                        center: row(3), slope: row(4), slope_varies: varies)
                ]))
        }

        /// The scaled poolings' gradients of which only sums are taken, and sums of products with the
        /// images: those are added without the gradient itself, which is 0 at three pixels of four.
        private func summedGradients() -> Set<Int> {
            Set(
                members.indices.filter { index in
                    let member = members[index]
                    guard case .pooling(_, let channels, isGradient: true) = member.function,
                        member.operands.count == 5, member.result == nil
                    else { return false }
                    return members.allSatisfy { reader in
                        guard reader.reads(index) else { return true }
                        guard case .columnSums(let columns, _, _) = reader.function else {
                            return false
                        }
                        let others = reader.operands.filter { $0 != .member(index) }
                        return columns == channels && others.count == reader.operands.count - 1
                            && others.allSatisfy { $0 == member.operands[0] }
                    }
                })
        }

        /// Results that nobody outside reads are in registers, from their making to their last use.
        private mutating func placeResults() {
            var lastUse = Array(members.indices)
            for (index, member) in members.enumerated() {
                for case .member(let earlier) in member.operands { lastUse[earlier] = index }
            }
            var holders: [Int?] = []
            for (index, member) in members.enumerated() {
                guard member.result == nil else {
                    results.append(kernel_operand(memory: member.result, stride: 1, index: 0))
                    continue
                }
                let free = holders.firstIndex { $0.map { lastUse[$0] < index } ?? true }
                let register = free ?? holders.count
                if free == nil { holders.append(nil) }
                holders[register] = index
                results.append(kernel_operand(memory: nil, stride: 1, index: register))
            }
        }

        private mutating func place(_ operand: Member.Operand) -> kernel_operand {
            switch operand {
            case .whole(let memory): kernel_operand(memory: memory, stride: 1, index: 0)
            case .row(let memory, let count, let lanes):
                kernel_operand(memory: tile(memory, count, lanes), stride: 0, index: 0)
            case .member(let earlier): results[earlier]
            }
        }

        private mutating func add(
            unary: kernel_unary? = nil, binary: kernel_binary? = nil,
            sums: UnsafePointer<kernel_column_sums>? = nil,
            pooling: UnsafePointer<kernel_pooling>? = nil, _ out: kernel_operand,
            _ x: kernel_operand, _ y: kernel_operand
        ) {
            steps.append(
                kernel_step(
                    unary: unary, binary: binary, sums: sums, pooling: pooling, out: out, x: x, y: y
                ))
        }

        private mutating func tile(
            _ row: UnsafeMutablePointer<Float>, _ count: Int, _ lanes: Int
        ) -> UnsafeMutablePointer<Float> {
            if let known = tiles[row] { return known }
            let tile = owned.floats(Elementwise.tileSize)
            tiles[row] = tile
            rows.append(kernel_row(row: row, tile: tile, columns: count, lanes: lanes))
            return tile
        }
    }
}
