/// What was measured while a graph ran (TensorFlow's `RunMetadata` with its `StepStats`): which nodes
/// ran when, on which device, and what memory they took.
///
/// ```swift
/// let product = RunMetadata.Node(
///     name: "dense/MatMul", label: "dense/MatMul = MatMul(x, w)",
///     startNanoseconds: start, endNanoseconds: end,
///     outputs: [.init(type: .float, shape: [10, 784])])
/// try writer.addRunMetadata(
///     RunMetadata(devices: [.init(name: "/device:CPU:0", nodes: [product])]),
///     tag: "step 100", step: 100)
/// ```
public struct RunMetadata: Sendable, Equatable {
    /// The devices that took part.
    public var devices: [Device]

    /// Makes a record of what was measured.
    public init(devices: [Device] = []) {
        self.devices = devices
    }

    /// A device and the nodes that ran on it.
    public struct Device: Sendable, Equatable {
        /// Its name, by which TensorBoard colours nodes, such as `/device:CPU:0`.
        public var name: String
        /// The nodes, in the order in which they ran. A node may run more than once.
        public var nodes: [Node]

        /// Makes a device.
        public init(name: String, nodes: [Node] = []) {
            self.name = name
            self.nodes = nodes
        }
    }

    /// One run of one node.
    public struct Node: Sendable, Equatable {
        /// The node's name in the graph; TensorBoard passes over names that the graph lacks.
        public var name: String
        /// What a timeline writes on the node; TensorFlow's form is `name = Op(input, input)`.
        public var label: String
        /// When it started, in nanoseconds since 1970; TensorBoard shows no time for a node that
        /// started in the first microsecond of 1970.
        public var startNanoseconds: Int64
        /// When it was done, in nanoseconds since 1970. TensorBoard counts whole microseconds, and
        /// shows no time for a node that took none: any part of one counts as a whole.
        public var endNanoseconds: Int64
        /// The number of the thread that it ran in.
        public var thread: UInt32
        /// What it took from allocators; TensorBoard shows the sum of their `totalBytes`.
        public var allocations: [Allocation]
        /// Its outputs, by slot; TensorBoard shows their shapes.
        public var outputs: [Output]

        /// Makes a record of a node's run.
        public init(
            name: String, label: String = "", startNanoseconds: Int64, endNanoseconds: Int64,
            thread: UInt32 = 0, allocations: [Allocation] = [], outputs: [Output] = []
        ) {
            self.name = name
            self.label = label
            self.startNanoseconds = startNanoseconds
            self.endNanoseconds = endNanoseconds
            self.thread = thread
            self.allocations = allocations
            self.outputs = outputs
        }
    }

    /// Memory that an allocator gave to a node.
    public struct Allocation: Sendable, Equatable {
        /// The allocator's name, such as `cpu`.
        public var allocator: String
        /// All bytes that were asked for.
        public var totalBytes: Int64
        /// The most bytes that were held at a time.
        public var peakBytes: Int64
        /// The bytes that were still held when the node was done.
        public var liveBytes: Int64

        /// Makes a record of memory that is held until after the node is done, unless told
        /// otherwise.
        public init(
            allocator: String, totalBytes: Int64, peakBytes: Int64? = nil, liveBytes: Int64? = nil
        ) {
            self.allocator = allocator
            self.totalBytes = totalBytes
            self.peakBytes = peakBytes ?? totalBytes
            self.liveBytes = liveBytes ?? totalBytes
        }
    }

    /// A tensor that a node gave out.
    public struct Output: Sendable, Equatable {
        /// The type of its elements.
        public var type: DataType
        /// Its shape.
        public var shape: [Int]
        /// The bytes that it takes, if that is known.
        public var byteCount: Int64?
        /// The allocator that they came from.
        public var allocator: String

        /// Makes a record of an output.
        public init(
            type: DataType, shape: [Int], byteCount: Int64? = nil, allocator: String = ""
        ) {
            self.type = type
            self.shape = shape
            self.byteCount = byteCount
            self.allocator = allocator
        }
    }
}
