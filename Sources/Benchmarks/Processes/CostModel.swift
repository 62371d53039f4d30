/// What steps by several processes take, by what computing and messages take alone.
///
/// While a process computes it begins to sum and to gather numbers, and goes on; later it needs what it
/// has begun, in the same step or in the next one. b bytes that are summed go through 2 log₂ n exchanges
/// of 2 (n - 1)/n · b bytes in all (recursive halving and doubling), of which each waits for the latency α:
///
///     link(b) = 2 log₂ n · α + 2 (n - 1)/n · b · β
///
/// Sums of which each process gets its part, and gathers, are half of that. The link takes one after the
/// other; processors are at work for κ of each byte sent, copying, adding and looking what has arrived,
/// which delays what the process computes unless it waits at that time.
struct CostModel {
    /// Seconds that a message takes to arrive, without its bytes.
    var latency: Double
    /// Seconds a byte on the link, both ways at once.
    var secondsPerByte: Double
    /// Seconds a byte by which computing is delayed.
    var processorPerByte = 0.0

    /// What one process does in a step.
    struct Step {
        /// Seconds of computing.
        var total: Double
        /// What it begins and needs meanwhile, in order.
        var events: [Event]
        /// Among how many processes the steps of Adam were divided when it was measured.
        var processes = 1
    }

    /// Something that a step begins, or needs.
    struct Event {
        /// After how many seconds of computing.
        var time: Double
        var kind: Kind

        enum Kind: Equatable {
            case begins(Exchange, bytes: Double)
            /// The one of that number is needed, and all before it in this step; numbers go on from step to
            /// step, and the first one of this step is 0.
            case needs(Int)
        }
    }

    /// What numbers are begun to be exchanged for.
    enum Exchange {
        case sum, reduceScatter, gather
        /// A gather of what each process has changed of a variable: the seconds before it were divided
        /// among the processes.
        case gatherOfUpdates

        /// The part of a sum's exchanges that it takes.
        var share: Double { self == .sum ? 1 : 0.5 }
    }

    /// Seconds that a sum of so many bytes takes on the link.
    func link(_ bytes: Double, processes: Int) -> Double {
        let rounds = 2 * Double(processes.trailingZeroBitCount)
        return rounds * latency + sent(bytes, processes) * secondsPerByte
    }

    /// The bytes that a process sends for a sum of so many.
    func sent(_ bytes: Double, _ processes: Int) -> Double {
        2 * Double(processes - 1) / Double(processes) * bytes
    }

    /// Seconds of each of the steps that are taken by turns, over and over.
    func steps(_ steps: [Step], processes: Int) -> [Double] {
        guard processes > 1 else { return steps.map(\.total) }
        var course = Course(model: self, processes: processes)
        // After some turns each takes as long as the one before.
        for _ in 0..<4 { for step in steps { course.take(step) } }
        return steps.map { course.take($0) }
    }

    /// Where computing and the link stand.
    private struct Course {
        let model: CostModel
        let processes: Int
        private var now = 0.0
        /// When the link is free.
        private var free = 0.0
        /// When each of those of the last step and of this one arrives.
        private var before: [Double] = []
        private var arrivals: [Double] = []
        /// What the processor has still to do for each of them.
        private var workBefore: [Double] = []
        private var work: [Double] = []

        init(model: CostModel, processes: Int) {
            (self.model, self.processes) = (model, processes)
        }

        /// Takes a step; returns its seconds.
        @discardableResult
        mutating func take(_ step: Step) -> Double {
            let start = now
            (before, arrivals) = (arrivals, [])
            (workBefore, work) = (work, [])
            var last = 0.0
            for event in step.events {
                var seconds = event.time - last
                last = event.time
                if case .begins(.gatherOfUpdates, _) = event.kind {
                    seconds *= Double(step.processes) / Double(processes)
                }
                compute(seconds)
                switch event.kind {
                case .begins(let exchange, let bytes): begin(exchange, bytes)
                case .needs(let number): wait(for: number)
                }
            }
            compute(max(0, step.total - last))
            return now - start
        }

        /// Computes; what the processor has to do for others goes on meanwhile, and makes it longer.
        private mutating func compute(_ seconds: Double) {
            var left = seconds
            func share(_ work: inout [Double]) {
                for index in work.indices {
                    let part = min(left, work[index])
                    work[index] -= part
                    left -= part
                }
            }
            share(&workBefore)
            share(&work)
            now += seconds + seconds - left
        }

        private mutating func begin(_ exchange: Exchange, _ bytes: Double) {
            free = max(free, now) + exchange.share * model.link(bytes, processes: processes)
            arrivals.append(free)
            work.append(exchange.share * model.sent(bytes, processes) * model.processorPerByte)
        }

        private mutating func wait(for number: Int) {
            // What was begun before the last step is there.
            guard before.count + number >= 0 else { return }
            if number < 0 {
                let index = before.count + number
                workBefore = finished(workBefore, before, index...index)
            } else {
                work = finished(work, arrivals, 0...number)
            }
        }

        /// Waits for some of them. What the processor does for one that is waited for is a part
        /// of the wait.
        ///
        /// - Returns: what is left to do for each.
        private mutating func finished(
            _ work: [Double], _ arrivals: [Double], _ some: ClosedRange<Int>
        ) -> [Double] {
            var work = work
            for index in some {
                now = arrivals[index] > now ? arrivals[index] : now + work[index]
                work[index] = 0
            }
            return work
        }
    }
}

extension CostModel.Step {
    /// A step that is so much longer.
    func scaled(by factor: Double) -> CostModel.Step {
        var step = self
        step.total *= factor
        for index in events.indices { step.events[index].time *= factor }
        return step
    }
}
