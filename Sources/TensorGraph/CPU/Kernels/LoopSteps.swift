internal import CKernels

extension LoopCall {
    /// A loop's steps as the kernel takes them, with the memory that they need beside the loop's
    /// operands and results.
    final class Steps {
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

    /// Memory that goes with the steps.
    fileprivate final class Owned {
        private var pointers: [UnsafeMutableRawPointer] = []

        func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
            let pointer = UnsafeMutableRawPointer.allocate(
                byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
            pointers.append(pointer)
            return pointer.bindMemory(to: Float.self, capacity: count)
        }

        func copied<T>(_ elements: [T]) -> UnsafeMutablePointer<T> {
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
                switch member.function {
                case .elements(let function):
                    add(function, result, member.operands.map { place($0) })
                case .sum: add(sumOf: member.operands.map { place($0) }, result)
                case .pooling(let pool):
                    guard pool.isGradient || member.result != nil else { continue }
                    let pooling = pooling(member, pool)
                    add(
                        pool.isGradient ? KERNEL_POOL_GRADIENT : KERNEL_POOL, result,
                        place(member.operands[0])
                    ) { $0.pooling = pooling }
                case .columnSums(let columns, let divisor, let images):
                    guard member.result != nil else { continue }
                    add(
                        columnSums(columns, divisor, images, to: member.result), of: member, result,
                        gradient: summed.first(where: member.reads))
                }
            }
        }

        private mutating func add(sumOf operands: [kernel_operand], _ result: kernel_operand) {
            guard operands.count > 1 else {
                add(KERNEL_COPY, result, operands[0])
                return
            }
            add(.add, result, [operands[0], operands[1]])
            for operand in operands.dropFirst(2) { add(.add, result, [result, operand]) }
        }

        /// - Parameter gradient: the pool's gradient that is summed without being made, if one is.
        private mutating func add(
            _ sums: UnsafePointer<kernel_column_sums>, of member: Member, _ result: kernel_operand,
            gradient: Int?
        ) {
            let isOfProducts = member.operands.count > 1
            guard let gradient, case .pooling(let pool) = members[gradient].function else {
                let operands = member.operands.map { place($0) }
                add(
                    isOfProducts ? KERNEL_SUM_PRODUCTS : KERNEL_SUM, result, operands[0],
                    operands[operands.count - 1]
                ) { $0.sums = sums }
                return
            }
            let pooling = pooling(members[gradient], pool)
            add(
                isOfProducts ? KERNEL_SUM_POOL_GRADIENT_PRODUCTS : KERNEL_SUM_POOL_GRADIENT,
                result, place(members[gradient].operands[0])
            ) {
                $0.sums = sums
                $0.pooling = pooling
            }
        }

        private func columnSums(
            _ columns: Int, _ divisor: Float, _ images: [Int]?,
            to result: UnsafeMutablePointer<Float>?
        ) -> UnsafePointer<kernel_column_sums> {
            let block = Loops.block
            let sums = kernel_column_sums(
                out: result, partials: owned.floats(tasks * columns), columns: columns,
                divisor: divisor, lanes: images == nil ? 1 : block,
                last_block: images.map { $0[0] / block * block * $0.dropFirst().reduce(1, *) }
                    ?? .max,
                last_lanes: images.map { $0[0] % block } ?? 1)
            return UnsafePointer(owned.copied([sums]))
        }

        private mutating func pooling(
            _ member: Member, _ pool: Member.Pooling
        ) -> UnsafePointer<kernel_pooling> {
            // The images are the step's operand, which may be in a register. All others are in memory,
            // and a row is read as it lies.
            let operands = member.operands.dropFirst().map { operand in
                if case .row(let memory, pool.channels, 1) = operand { return memory }
                return place(operand).memory
            }
            var pooling = kernel_pooling()
            (pooling.width, pooling.channels) = (pool.width, pool.channels)
            pooling.y = pool.isGradient ? operands[0] : member.result
            if pool.isGradient { pooling.dy = UnsafePointer(operands[1]) }
            let rows = operands[(pool.isGradient ? 2 : 0)...].map { UnsafePointer($0) }
            if rows.count >= 2 { (pooling.scale, pooling.shift) = (rows[0], rows[1]) }
            if rows.count == 5 {
                (pooling.factor, pooling.center, pooling.slope) = (rows[2], rows[3], rows[4])
                if case .whole = member.operands.last { pooling.slope_varies = true }
            }
            return UnsafePointer(owned.copied([pooling]))
        }

        /// The scaled poolings' gradients of which only sums are taken, and sums of products with the
        /// images: those are added without the gradient itself, which is 0 at three pixels of four.
        private func summedGradients() -> Set<Int> {
            Set(
                members.indices.filter { index in
                    let member = members[index]
                    guard case .pooling(let pool) = member.function, pool.isGradient,
                        member.operands.count == 5, member.result == nil
                    else { return false }
                    return members.allSatisfy { reader in
                        guard reader.reads(index) else { return true }
                        guard case .columnSums(let columns, _, _) = reader.function else {
                            return false
                        }
                        let others = reader.operands.filter { $0 != .member(index) }
                        return columns == pool.channels && others.count == reader.operands.count - 1
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
                    results.append(
                        kernel_operand(
                            memory: member.result, stride: 1, index: 0, broadcast: nil))
                    continue
                }
                let free = holders.firstIndex { $0.map { lastUse[$0] < index } ?? true }
                let register = free ?? holders.count
                if free == nil { holders.append(nil) }
                holders[register] = index
                results.append(
                    kernel_operand(memory: nil, stride: 1, index: register, broadcast: nil))
            }
        }

        private mutating func place(_ operand: Member.Operand) -> kernel_operand {
            switch operand {
            case .whole(let memory):
                kernel_operand(memory: memory, stride: 1, index: 0, broadcast: nil)
            case .row(let memory, let count, let lanes):

                kernel_operand(
                    memory: tile(memory, count, lanes), stride: 0, index: 0, broadcast: nil)
            case .broadcast(let memory, let broadcast):
                kernel_operand(
                    memory: nil, stride: 0, index: 0,
                    broadcast: UnsafePointer(owned.copied([broadcast.kernel(memory)])))
            case .member(let earlier): results[earlier]
            }
        }

        private mutating func add(
            _ kind: kernel_step_kind, _ out: kernel_operand, _ x: kernel_operand,
            _ y: kernel_operand? = nil, _ complete: (inout kernel_step) -> Void = { _ in }
        ) {
            var step = kernel_step()
            step.kind = kind
            (step.out, step.x, step.y) = (out, x, y ?? x)
            complete(&step)
            steps.append(step)
        }

        private mutating func add(
            _ function: ElementFunction, _ out: kernel_operand, _ operands: [kernel_operand]
        ) {
            let (x, y) = (operands[0], operands[operands.count - 1])
            let parameter = function.parameters.first ?? 0
            switch function.kernel {
            case .unary(let kernel): add(KERNEL_UNARY, out, x) { $0.function.unary = kernel }
            case .binary(let kernel): add(KERNEL_BINARY, out, x, y) { $0.function.binary = kernel }
            case .unaryWith(let kernel):
                add(KERNEL_UNARY_WITH, out, x) {
                    $0.function.unary_with = kernel
                    $0.parameter = parameter
                }
            case .binaryWith(let kernel):
                add(KERNEL_BINARY_WITH, out, x, y) {
                    $0.function.binary_with = kernel
                    $0.parameter = parameter
                }
            }
        }

        private mutating func tile(
            _ row: UnsafeMutablePointer<Float>, _ count: Int, _ lanes: Int
        ) -> UnsafeMutablePointer<Float> {
            if let known = tiles[row] { return known }
            let tile = owned.floats(Loops.tileSize)
            tiles[row] = tile
            rows.append(kernel_row(row: row, tile: tile, columns: count, lanes: lanes))
            return tile
        }
    }
}
