import CKernels
import Testing

@testable import TensorGraph

/// The steps that a loop's members become.
@Suite struct LoopStepsTests {
    private typealias Member = LoopCall.Member

    private let memory = UnsafeMutablePointer<Float>.allocate(capacity: 64)

    /// The gradient of a scaled pooling of the images at `memory`, in a register.
    private var gradient: Member {
        Member(
            function: .pooling(.init(width: 2, channels: 8, isGradient: true)),
            operands: [
                .whole(memory), .whole(memory + 32), .whole(memory + 40),
                .row(memory + 48, count: 8, lanes: 1), .row(memory + 56, count: 8, lanes: 1),
            ], result: nil)
    }

    private func sums(_ operands: [Member.Operand]) -> Member {
        Member(
            function: .columnSums(columns: 8, divisor: 1, images: nil), operands: operands,
            result: memory)
    }

    /// A gradient of which only sums are taken is not made.
    @Test func sumsOfAPoolsGradient() {
        defer { memory.deallocate() }
        let isMade = { (members: [Member]) in
            let list = LoopCall.Steps(members, tasks: 1)
            return UnsafeBufferPointer(start: list.steps, count: list.stepCount).contains {
                $0.kind == KERNEL_POOL_GRADIENT
            }
        }
        let sum = sums([.member(0)])
        #expect(!isMade([gradient, sum]))
        #expect(!isMade([gradient, sum, sums([.whole(memory), .member(0)])]))
        #expect(!isMade([gradient, sums([.member(0), .whole(memory)])]))
        #expect(isMade([gradient, sum, sums([.whole(memory + 32), .member(0)])]))
        #expect(isMade([gradient, sum, sums([.member(0), .member(0)])]))
        let square = Member(function: .elements(.square), operands: [.member(0)], result: memory)
        #expect(isMade([gradient, sum, square]))
    }
}
