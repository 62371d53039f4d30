#if os(Linux) && arch(x86_64) && canImport(Glibc)
    import CKernels
    import Foundation
    import Glibc
    import TestSupport
    import Testing

    /// The kernels, compiled for one instruction set alone.
    private final class Library {
        private let handle: UnsafeMutableRawPointer

        static let compiler: String? = {
            let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
            return path.split(separator: ":").map { "\($0)/clang" }.first {
                FileManager.default.isExecutableFile(atPath: $0)
            }
        }()

        init(_ instructionSet: String, in folder: TemporaryFolder) throws {
            let sources = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../Sources/CKernels").standardized
            let files = try FileManager.default.contentsOfDirectory(atPath: sources.path)
            let library = "\(folder.path)/\(instructionSet).so"
            let process = Process()
            process.executableURL = URL(filePath: try #require(Self.compiler))
            process.arguments =
                [
                    "-O2", "-std=gnu17", "-shared", "-fPIC", "-Wl,-Bsymbolic", "-pthread",
                    "-march=\(instructionSet)", "-DKERNEL_ONE_CLONE", "-I\(sources.path)/include",
                    "-o", library,
                ] + files.filter { $0.hasSuffix(".c") }.map { "\(sources.path)/\($0)" } + ["-lm"]
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
            handle = try #require(dlopen(library, RTLD_NOW | RTLD_LOCAL))
        }

        func function<Function>(_ name: String, _ type: Function.Type) throws -> Function {
            unsafeBitCast(try #require(dlsym(handle, name)), to: type)
        }
    }

    /// The clones of each kernel, beside what the loader has chosen for this machine.
    @Suite struct CloneTests {
        typealias Unary =
            @convention(c) (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int) -> Void
        typealias Matmul =
            @convention(c) (
                OpaquePointer?, kernel_matmul_way, UnsafeMutablePointer<Float>,
                UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<kernel_matmul_shape>,
                UnsafeMutablePointer<Float>?
            ) -> Void
        typealias ChooseConvolution =
            @convention(c) (UnsafePointer<kernel_conv2d_shape>, kernel_conv2d_part, Bool) ->
            kernel_conv2d_way
        typealias InputGradient =
            @convention(c) (
                OpaquePointer?, kernel_conv2d_way, UnsafeMutablePointer<Float>,
                UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<kernel_conv2d_shape>,
                UnsafeMutablePointer<Float>
            ) -> Void
        typealias FilterGradient =
            @convention(c) (
                OpaquePointer?, UnsafeMutablePointer<Float>, UnsafePointer<Float>,
                UnsafePointer<Float>, UnsafePointer<kernel_conv2d_shape>,
                UnsafeMutablePointer<Float>
            ) -> Void
        typealias ConvolveBlocks =
            @convention(c) (
                OpaquePointer?, kernel_conv2d_way, UnsafeMutablePointer<Float>, kernel_pixel_order,
                UnsafePointer<Float>, kernel_pixel_order, UnsafePointer<Float>,
                UnsafePointer<Float>?, UnsafePointer<kernel_conv2d_shape>,
                UnsafeMutablePointer<Float>
            ) -> Void
        typealias FilterOfBlocks =
            @convention(c) (
                OpaquePointer?, UnsafeMutablePointer<Float>, UnsafePointer<Float>,
                kernel_pixel_order, UnsafePointer<Float>, kernel_pixel_order,
                UnsafePointer<kernel_conv2d_shape>, UnsafeMutablePointer<Float>
            ) -> Void
        typealias Adam =
            @convention(c) (
                OpaquePointer?, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>,
                UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int, Int, Float, Float, Float,
                Float
            ) -> Void

        /// The levels that this processor has.
        static let instructionSets: [String] = {
            let flags = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
            let words = Set(flags.prefix(8192).split(whereSeparator: \.isWhitespace))
            var result = ["x86-64"]
            if words.isSuperset(of: ["avx2", "fma", "bmi2"]) { result.append("x86-64-v3") }
            if words.isSuperset(of: ["avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd"]) {
                result.append("x86-64-v4")
            }
            return result
        }()

        @Test(.enabled(if: Library.compiler != nil), arguments: instructionSets)
        func agree(_ instructionSet: String) throws {
            let folder = try TemporaryFolder()
            let library = try Library(instructionSet, in: folder)
            try compareFunctions(library)
            try compareProducts(library)
            try compareConvolutions(library)
            try compareBlocks(library)
            try compareAdam(library)
        }

        private func compareFunctions(_ library: Library) throws {
            let linked: [(String, Unary)] = [
                ("kernel_exp", { kernel_exp($0, $1, $2) }),
                ("kernel_log", { kernel_log($0, $1, $2) }),
                ("kernel_sigmoid", { kernel_sigmoid($0, $1, $2) }),
                ("kernel_softplus", { kernel_softplus($0, $1, $2) }),
                ("kernel_tanh", { kernel_tanh($0, $1, $2) }),
                ("kernel_rsqrt", { kernel_rsqrt($0, $1, $2) }),
            ]
            let inputs = ElementwiseTests.inputs
            for (name, chosen) in linked {
                let clone = try library.function(name, Unary.self)
                let ours = written(inputs.count) { chosen($0, inputs, inputs.count) }
                let theirs = written(inputs.count) { clone($0, inputs, inputs.count) }
                for (index, (a, b)) in zip(ours, theirs).enumerated() {
                    let agree =
                        a == b || (a.isNaN && b.isNaN)
                        || abs(a - b) <= 2 * max(a.ulp, b.ulp)
                    guard agree else {
                        Issue.record("\(name)(\(inputs[index])) is \(a), and \(b) with the clone")
                        break
                    }
                }
            }
        }

        private func expectClose(_ ours: [Float], _ theirs: [Float], terms: Int, _ what: String) {
            let tolerance = 1e-6 * Float(terms).squareRoot()
            let worst = zip(ours, theirs).map { abs($0 - $1) }.max() ?? 0
            #expect(worst <= tolerance, "\(what) is off by \(worst)")
        }

        private func compareProducts(_ library: Library) throws {
            let clone = try library.function("kernel_matmul", Matmul.self)
            let choose = try library.function(
                "kernel_matmul_choose",
                (@convention(c) (UnsafePointer<kernel_matmul_shape>) -> kernel_matmul_way).self)
            let sizeOf = try library.function(
                "kernel_matmul_scratch",
                (@convention(c) (UnsafePointer<kernel_matmul_shape>, kernel_matmul_way) -> Int)
                    .self)
            var numbers = Numbers(state: 30)
            for (m, n, k) in [
                (10, 637, 300), (128, 130, 320), (50, 90, 700), (10, 64, 1), (7, 1, 90),
            ] {
                for (a, b) in [(false, false), (true, false), (false, true)] {
                    let (left, right) = (numbers.floats(m * k), numbers.floats(k * n))
                    var shape = kernel_matmul_shape(
                        m: m, n: n, k: k, transpose_a: a, transpose_b: b)
                    let (ourWay, theirWay) = (kernel_matmul_choose(&shape), choose(&shape))
                    var scratch = [Float](
                        repeating: 0,
                        count: max(
                            kernel_matmul_scratch(&shape, ourWay), sizeOf(&shape, theirWay)))
                    let ours = written(m * n) {
                        kernel_matmul(nil, ourWay, $0, left, right, &shape, &scratch)
                    }
                    let theirs = written(m * n) {
                        clone(nil, theirWay, $0, left, right, &shape, &scratch)
                    }
                    expectClose(ours, theirs, terms: k, "the product [\(m), \(k)] · [\(k), \(n)]")
                }
            }
        }

        private func compareConvolutions(_ library: Library) throws {
            let input = try library.function("kernel_conv2d_input_gradient", InputGradient.self)
            let filter = try library.function("kernel_conv2d_filter_gradient", FilterGradient.self)
            let choose = try library.function("kernel_conv2d_choose", ChooseConvolution.self)
            var numbers = Numbers(state: 31)
            for conv in [
                Convolution.same(2, 14, 14, 11, filter: (3, 3), to: 13),
                Convolution.same(3, 28, 28, 1, filter: (3, 3), to: 11),
            ] {
                var shape = conv.shape
                let (x, w) = (numbers.floats(conv.xCount), numbers.floats(conv.wCount))
                let dy = numbers.floats(conv.yCount)
                let part = KERNEL_CONV2D_INPUT_GRADIENT
                let way = kernel_conv2d_choose(&shape, part, false)
                let theirs = choose(&shape, part, false)
                var scratch = [Float](
                    repeating: 0,
                    count: max(
                        kernel_conv2d_scratch(&shape, part, way),
                        kernel_conv2d_scratch(&shape, part, theirs),
                        kernel_conv2d_scratch(
                            &shape, KERNEL_CONV2D_FILTER_GRADIENT, KERNEL_CONV2D_TAPS)))
                let dx = written(conv.xCount) {
                    kernel_conv2d_input_gradient(nil, way, $0, dy, w, &shape, &scratch)
                }
                expectClose(
                    dx, written(conv.xCount) { input(nil, theirs, $0, dy, w, &shape, &scratch) },
                    terms: 9 * shape.k, "an input's gradient")
                let dw = written(conv.wCount) {
                    kernel_conv2d_filter_gradient(nil, $0, x, dy, &shape, &scratch)
                }
                expectClose(
                    dw, written(conv.wCount) { filter(nil, $0, x, dy, &shape, &scratch) },
                    terms: shape.n * shape.p * shape.q, "a filter's gradient")
            }
        }

        /// Images in blocks, for as many outputs as fill the tiles of each clone.
        private func compareBlocks(_ library: Library) throws {
            let forward = try library.function("kernel_blocked_conv2d", ConvolveBlocks.self)
            let filter = try library.function(
                "kernel_blocked_conv2d_filter_gradient", FilterOfBlocks.self)
            let choose = try library.function("kernel_conv2d_choose", ChooseConvolution.self)
            var numbers = Numbers(state: 33)
            for (channels, outputs) in [(11, 13), (1, 11), (13, 1), (3, 4), (2, 20)] {
                let conv = Convolution.same(32, 6, 8, channels, filter: (3, 3), to: outputs)
                var shape = conv.shape
                let (x, w) = (numbers.floats(conv.xCount), numbers.floats(conv.wCount))
                let (dy, bias) = (numbers.floats(conv.yCount), numbers.floats(outputs))
                let part = KERNEL_CONV2D_FORWARD
                let way = kernel_conv2d_choose(&shape, part, true)
                let theirs = choose(&shape, part, true)
                var scratch = [Float](
                    repeating: 0,
                    count: max(
                        kernel_blocked_conv2d_scratch(&shape, part, way),
                        kernel_blocked_conv2d_scratch(&shape, part, theirs),
                        kernel_blocked_conv2d_scratch(
                            &shape, KERNEL_CONV2D_FILTER_GRADIENT, KERNEL_CONV2D_TAPS)))
                let y = written(conv.yCount) {
                    kernel_blocked_conv2d(
                        nil, way, $0, KERNEL_WINDOWS, x, KERNEL_ROWS, w, bias, &shape, &scratch)
                }
                expectClose(
                    y,
                    written(conv.yCount) {
                        forward(
                            nil, theirs, $0, KERNEL_WINDOWS, x, KERNEL_ROWS, w, bias, &shape,
                            &scratch)
                    }, terms: 9 * channels, "a convolution of blocks")
                let dw = written(conv.wCount) {
                    kernel_blocked_conv2d_filter_gradient(
                        nil, $0, x, KERNEL_ROWS, dy, KERNEL_WINDOWS, &shape, &scratch)
                }
                expectClose(
                    dw,
                    written(conv.wCount) {
                        filter(nil, $0, x, KERNEL_ROWS, dy, KERNEL_WINDOWS, &shape, &scratch)
                    }, terms: shape.n * shape.p * shape.q, "a filter's gradient, of blocks")
            }
        }

        private func compareAdam(_ library: Library) throws {
            let clone = try library.function("kernel_adam", Adam.self)
            var numbers = Numbers(state: 32)
            let (start, gradient) = (numbers.floats(1000), numbers.floats(1000))
            func updated(_ kernel: Adam) -> [Float] {
                var (m, v) = (gradient.map { $0 / 3 }, gradient.map { $0 * $0 / 2 })
                return written(1000) {
                    $0.update(from: start, count: 1000)
                    kernel(nil, $0, &m, &v, gradient, 1000, 2, 1e-3, 0.9, 0.999, 1e-12)
                }
            }
            expectClose(
                updated { kernel_adam($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10) },
                updated(clone),
                terms: 1, "a step of Adam")
        }
    }
#endif
