import Testing

@testable import TensorGraph

/// Each pass on small programs, as text.
@Suite struct PassTests {
    var build = ProgramBuilder()

    // MARK: drop-views

    @Test mutating func viewsOfTheSameShapeAreDropped() {
        let x = build.feed([2, 3])
        let same = build.view(x, [2, 3])
        let flat = build.view(same, [6])
        build.fetch(build.element(.neg, flat), same)
        #expect(
            build.text("drop-views") == """
                %0 f32[2,3] = feed, x:0
                %2 f32[6] = view %0
                %3 f32[6] = neg %2
                fetch %3 %0
                """)
    }

    @Test mutating func whatWaitsForAViewWaitsForWhatItShows() {
        let v = build.variable([2])
        let x = build.feed([2])
        let assign = build.program.add(.assign, [v, x], outputs: [TensorType([2])])
        let read = build.program.add(.view, [v], outputs: [TensorType([2])], after: [assign])
        let nothing = build.program.add(.nothing, outputs: [], after: [read])
        let neg = build.element(.neg, build.program[read].outputs[0])
        build.program.wait(build.program[neg].maker, for: [nothing])
        build.fetch(neg)
        #expect(
            build.text("drop-views") == """
                %0 f32[2] = variable, v
                %1 f32[2] = feed, x:0
                %2 f32[2] = assign %0 %1
                %4 f32[2] = neg %0, after %2
                fetch %4
                """)
    }

    // MARK: schedule

    @Test mutating func readersOfAVariableComeFirst() {
        let v = build.variable([2])
        let x = build.feed([2])
        build.program.add(.assign, [v, x], outputs: [TensorType([2])])
        build.fetch(build.element(.square, v), v)
        #expect(
            build.text("schedule") == """
                %1 f32[2] = feed, x:0
                %0 f32[2] = variable, v
                %3 f32[2] = square %0
                %4 f32[2] = keep %0
                %2 f32[2] = assign %0 %1
                fetch %3 %4
                """)
    }

    // MARK: recompute

    @Test mutating func aLargeReluIsMadeAgain() {
        let x = build.feed([256, 64])
        let relu = build.element(.relu, x)
        let sums = build.columns(relu)
        build.fetch(build.columns(build.element(.mul, relu, sums)))
        #expect(
            build.text("recompute") == """
                %0 f32[256,64] = feed, x:0
                %1 f32[256,64] = relu %0
                %2 f32[64] = reduceSum %1, over 256 for each 64, as a tree
                %3 f32[256,64] = mul %5 %2
                %4 f32[64] = reduceSum %3, over 256 for each 64, as a tree
                %5 f32[256,64] = relu %0
                fetch %4
                """)
    }

    @Test mutating func whatOnlyAViewStillShowsIsNotKept() {
        let x = build.feed([256, 64])
        let relu = build.element(.relu, x)
        let sums = build.columns(build.element(.neg, x))
        let shown = build.view(relu, [256, 64])
        build.fetch(build.columns(build.element(.mul, shown, sums)))
        #expect(
            build.text("recompute") == """
                %0 f32[256,64] = feed, x:0
                %2 f32[256,64] = neg %0
                %3 f32[64] = reduceSum %2, over 256 for each 64, as a tree
                %5 f32[256,64] = mul %7 %3
                %6 f32[64] = reduceSum %5, over 256 for each 64, as a tree
                %7 f32[256,64] = relu %0
                fetch %6
                """)
    }

    /// A leaky relu and its gradient need the same again: it is made once for both.
    @Test mutating func whatALeakyReluIsMadeOfIsMadeOnce() {
        let x = build.feed([256, 64])
        let sum = build.element(.add, x, build.variable([64]))
        let leaky = build.element(.leakyRelu(0.2), sum)
        let dy = build.element(.mul, leaky, build.columns(leaky))
        build.fetch(build.columns(build.element(.leakyReluGrad(0.2), dy, sum)))
        #expect(
            build.text("recompute", "schedule", "form-loops") == """
                %0 f32[256,64] = feed, x:0
                %1 f32[64] = variable, v
                ⎡ %2 f32[256,64] = add %0 %1
                ⎢ %3 f32[256,64] = leakyRelu %2, 0.2
                ⎣ %4 f32[64] = reduceSum %3, over 256 for each 64, as a tree
                ⎡ %8 f32[256,64] = add %0 %1
                ⎢ %9 f32[256,64] = leakyRelu %8, 0.2
                ⎢ %5 f32[256,64] = mul %9 %4
                ⎢ %6 f32[256,64] = leakyReluGrad %5 %8, 0.2
                ⎣ %7 f32[64] = reduceSum %6, over 256 for each 64, as a tree
                fetch %7
                """)
    }

    @Test mutating func aSmallReluIsKept() {
        let x = build.feed([255, 64])
        let relu = build.element(.relu, x)
        let sums = build.columns(relu)
        build.fetch(build.columns(build.element(.mul, relu, sums)))
        #expect(build.text("recompute") == build.text())
    }

    @Test mutating func whatIsFetchedIsKept() {
        let x = build.feed([256, 64])
        let relu = build.element(.relu, x)
        build.fetch(build.element(.mul, relu, build.columns(relu)), relu)
        #expect(build.text("recompute") == build.text())
    }

    // MARK: block-images

    @Test mutating func imagesAroundAPoolAreLaidInBlocks() {
        let x = build.feed([32, 4, 4, 1])
        let images = build.element(.relu, build.convolution(x, build.variable([3, 3, 1, 8])))
        build.fetch(build.view(build.element(.neg, build.pool(images)), [32, 32]))
        #expect(
            build.text("block-images") == """
                %0 f32[32,4,4,1] = feed, x:0
                %1 f32[3,3,1,8] = variable, v
                %2 f32[32,4,4,8] in blocks by windows = convolution %7 %1, 3×3, padded 1 1
                %3 f32[32,4,4,8] in blocks by windows = relu %2
                %4 f32[32,2,2,8] in blocks = maxPool x %3, 2×2, strides 2 2
                %5 f32[32,2,2,8] = neg %8
                %6 f32[32,32] = view %5
                %7 f32[32,4,4,1] in blocks = intoBlocks %0
                %8 f32[32,2,2,8] = outOfBlocks %4
                fetch %6
                """)
    }

    @Test(arguments: [(31, 8), (32, 17)])
    mutating func fewImagesOrManyChannelsAreNot(images: Int, channels: Int) {
        let x = build.feed([images, 4, 4, 1])
        let sums = build.convolution(x, build.variable([3, 3, 1, channels]))
        build.fetch(build.element(.neg, build.pool(build.element(.relu, sums))))
        #expect(build.text("block-images") == build.text())
    }

    // MARK: fuse-biases

    @Test mutating func aBiasIsAddedByTheConvolution() {
        let x = build.feed([2, 4, 4, 1])
        let sums = build.convolution(x, build.variable([3, 3, 1, 8]))
        build.fetch(build.element(.addBias, sums, build.variable([8])))
        #expect(
            build.text("fuse-biases") == """
                %0 f32[2,4,4,1] = feed, x:0
                %1 f32[3,3,1,8] = variable, v
                %3 f32[8] = variable, v_1
                %4 f32[2,4,4,8] = convolution x %0 w %1 bias %3, 3×3, padded 1 1
                fetch %4
                """)
    }

    @Test mutating func andByATransposedOne() {
        let x = build.feed([2, 4, 4, 8])
        let sums = build.transposedConvolution(build.variable([4, 4, 3, 8]), x)
        build.fetch(build.element(.addBias, sums, build.variable([3])))
        #expect(
            build.text("fuse-biases") == """
                %0 f32[2,4,4,8] = feed, x:0
                %1 f32[4,4,3,8] = variable, v
                %3 f32[3] = variable, v_1
                %4 f32[2,8,8,3] = convolutionInputGradient w %1 dy %0 bias %3, 4×4, strides 2 2, \
                padded 1 1
                fetch %4
                """)
    }

    /// A filter's gradient is no images, and its biases are added where they are read.
    @Test mutating func notByAFiltersGradient() {
        let (x, dy) = (build.feed([2, 4, 4, 3]), build.feed([2, 4, 4, 8]))
        let geometry = WindowGeometry(
            n: 2, h: 4, w: 4, c: 3, r: 1, s: 1, p: 4, q: 4, k: 8, strideH: 1, strideW: 1,
            padTop: 0, padLeft: 0)
        let dw = build.program.add(
            .convolution(Convolution(part: .filterGradient, geometry: geometry)), [x, dy],
            [1, 1, 3, 8])
        build.fetch(build.element(.addBias, dw, build.variable([8])))
        #expect(build.text("fuse-biases") == build.text())
    }

    @Test mutating func notIfAnotherReadsTheSums() {
        let x = build.feed([2, 4, 4, 1])
        let sums = build.convolution(x, build.variable([3, 3, 1, 8]))
        let other = build.element(.neg, sums)
        build.fetch(build.element(.addBias, sums, build.variable([8])), other)
        #expect(build.text("fuse-biases") == build.text())
    }

    /// The convolution is of the variable as it was before it is written.
    @Test mutating func norIfTheFilterIsWrittenInBetween() {
        let w = build.variable([3, 3, 1, 8])
        let sums = build.convolution(build.feed([2, 4, 4, 1]), w)
        build.program.add(
            .update(isSubtracted: true), [w, build.feed([3, 3, 1, 8])],
            outputs: [TensorType([3, 3, 1, 8])])
        build.fetch(build.element(.addBias, sums, build.variable([8])))
        #expect(build.text("fuse-biases") == build.text())
    }

    // MARK: fuse-steps

    @Test mutating func aReluIsPooledAsItIsMade() {
        let x = build.feed([2, 4, 4, 8])
        let scaled = build.element(.mul, x, build.variable([8]))
        let relu = build.element(.relu, build.element(.add, scaled, build.variable([8])))
        build.fetch(build.pool(relu))
        #expect(
            build.text("fuse-steps") == """
                %0 f32[2,4,4,8] = feed, x:0
                %1 f32[8] = variable, v
                %3 f32[8] = variable, v_1
                %6 f32[2,2,2,8] = maxPool x %0 scale %1 shift %3, 2×2, strides 2 2, rectified
                fetch %6
                """)
    }

    @Test mutating func notIfTheScaleIsWrittenInBetween() {
        let scale = build.variable([8])
        let scaled = build.element(.mul, build.feed([2, 4, 4, 8]), scale)
        build.program.add(.assign, [scale, build.feed([8])], outputs: [TensorType([8])])
        let relu = build.element(.relu, build.element(.add, scaled, build.variable([8])))
        build.fetch(build.pool(relu))
        #expect(build.text("fuse-steps") == build.text())
    }

    @Test mutating func norIsASumOfWhatIsWrittenInBetween() {
        let (x, v) = (build.feed([64, 8]), build.variable([64, 8]))
        let (products, w) = (build.element(.mul, x, v), build.variable([8]))
        let squares = build.element(.squaredDifference, x, w)
        build.program.add(.assign, [v, x], outputs: [TensorType([64, 8])])
        build.program.add(.assign, [w, build.feed([8])], outputs: [TensorType([8])])
        build.fetch(build.columns(products), build.columns(squares, divisor: 64))
        #expect(build.text("fuse-steps") == build.text())
    }

    @Test mutating func itsGradientGoesThroughTheRelu() {
        let (x, y, dy) = (
            build.feed([2, 4, 4, 8]), build.feed([2, 2, 2, 8]), build.feed([2, 2, 2, 8])
        )
        let scaled = build.element(.mul, x, build.variable([8]))
        let relu = build.element(.relu, build.element(.add, scaled, build.variable([8])))
        let gradient = build.pool(relu, y, dy)
        build.fetch(build.element(.reluGrad, gradient, relu))
        #expect(
            build.text("fuse-steps") == """
                %0 f32[2,4,4,8] = feed, x:0
                %1 f32[2,2,2,8] = feed, x_1:0
                %2 f32[2,2,2,8] = feed, x_2:0
                %3 f32[8] = variable, v
                %5 f32[8] = variable, v_1
                %9 f32[2,4,4,8] = maxPoolGradient x %0 y %1 dy %2 scale %3 shift %5, 2×2, \
                strides 2 2, rectified
                fetch %9
                """)
    }

    @Test mutating func aBatchNormsGradientIsMadeWithIt() {
        let (x, y, dy) = (
            build.feed([2, 4, 4, 8]), build.feed([2, 2, 2, 8]), build.feed([2, 2, 2, 8])
        )
        let scale = build.variable([8])
        let relu = build.element(
            .relu, build.element(.add, build.element(.mul, x, scale), build.variable([8])))
        let gradient = build.element(.reluGrad, build.pool(relu, y, dy), relu)
        let center = build.element(.sub, x, build.variable([8]))
        let terms = [
            build.element(.mul, gradient, scale),
            build.element(.mul, build.feed([2, 4, 4, 8]), center),
            build.feed([2, 4, 4, 8]),
        ]
        build.fetch(build.program.add(.sum, terms))
        #expect(
            build.text("fuse-steps") == """
                %0 f32[2,4,4,8] = feed, x:0
                %1 f32[2,2,2,8] = feed, x_1:0
                %2 f32[2,2,2,8] = feed, x_2:0
                %3 f32[8] = variable, v
                %5 f32[8] = variable, v_1
                %10 f32[8] = variable, v_2
                %13 f32[2,4,4,8] = feed, x_3:0
                %14 f32[2,4,4,8] = maxPoolGradient x %0 y %1 dy %2 scale %3 shift %5 factor %3 \
                center %10 slope %13, 2×2, strides 2 2, normed
                %15 f32[2,4,4,8] = feed, x_4:0
                %16 f32[2,4,4,8] = sum %14 %15
                fetch %16
                """)
    }

    @Test mutating func sumsOfProductsAndSquaredDifferences() {
        let (x, y) = (build.feed([64, 8]), build.feed([64, 8]))
        let products = build.columns(build.element(.mul, x, y))
        let difference = build.element(.squaredDifference, x, build.variable([8]))
        build.fetch(products, build.columns(difference, divisor: 64))
        #expect(
            build.text("fuse-steps") == """
                %0 f32[64,8] = feed, x:0
                %1 f32[64,8] = feed, x_1:0
                %3 f32[8] = reduceSum %0 %1, of products, over 64 for each 8, as a tree
                %4 f32[8] = variable, v
                %6 f32[8] = reduceMean %0 %4, of squared differences, over 64 for each 8
                fetch %3 %6
                """)
    }

    /// What a step looked through goes with what it showed.
    @Test mutating func sumsOfProductsInAnotherShape() {
        let (x, y) = (build.feed([8, 8, 8]), build.feed([8, 8, 8]))
        build.fetch(build.columns(build.view(build.element(.mul, x, y), [64, 8])))
        #expect(
            build.text("fuse-steps") == """
                %0 f32[8,8,8] = feed, x:0
                %1 f32[8,8,8] = feed, x_1:0
                %4 f32[8] = reduceSum %0 %1, of products, over 64 for each 8, as a tree
                fetch %4
                """)
    }

    // MARK: fuse-updates

    @Test mutating func aWeightsGradientIsNotStored() {
        let (a, b) = (build.feed([10, 4]), build.feed([10, 32]))
        let (w, m) = (build.variable([4, 32]), build.variable([4, 32]))
        let gradient = build.product(a, b, transposed: (true, false))
        build.adam(w, m, gradient)
        build.adam(w, m, gradient)
        #expect(
            build.text("fuse-updates") == """
                %0 f32[10,4] = feed, x:0
                %1 f32[10,32] = feed, x_1:0
                %2 f32[4,32] = variable, v
                %3 f32[4,32] = variable, v_1
                %5 f32[] = constant, 0.5
                %6 f32[4,32] = adamOfProducts variable %2 m %3 v %3 beta1^t %5 beta2^t %5 rate \
                %5 beta1 %5 beta2 %5 epsilon %5 a %0 b %1, rows 10, 2 times
                """)
    }

    @Test mutating func norIsASumOfTwo() {
        let (a, b) = (build.feed([10, 4]), build.feed([10, 32]))
        let (w, m) = (build.variable([4, 32]), build.variable([4, 32]))
        let products = [(a, b), (a, b)].map { build.product($0, $1, transposed: (true, false)) }
        build.adam(w, m, build.program.add(.sum, products))
        #expect(
            build.text("fuse-updates") == """
                %0 f32[10,4] = feed, x:0
                %1 f32[10,32] = feed, x_1:0
                %2 f32[4,32] = variable, v
                %3 f32[4,32] = variable, v_1
                %7 f32[] = constant, 0.5
                %8 f32[4,32] = adamOfProducts variable %2 m %3 v %3 beta1^t %7 beta2^t %7 rate \
                %7 beta1 %7 beta2 %7 epsilon %7 a %0 b %1 a %0 b %1, rows 10 10
                """)
    }

    /// Two updates by one gradient are one pass, whatever makes the gradient.
    @Test mutating func updatesByOneGradientAreOne() {
        let (w, m) = (build.variable([8]), build.variable([8]))
        let gradient = build.element(.neg, build.feed([8]))
        build.adam(w, m, gradient)
        build.adam(build.variable([8]), build.variable([8]), build.feed([8]))
        build.adam(w, m, gradient)
        #expect(
            build.text("fuse-updates") == """
                %0 f32[8] = variable, v
                %1 f32[8] = variable, v_1
                %2 f32[8] = feed, x:0
                %3 f32[8] = neg %2
                %4 f32[] = constant, 0.5
                %5 f32[8] = adam variable %0 m %1 v %1 beta1^t %4 beta2^t %4 rate %4 beta1 %4 beta2 \
                %4 epsilon %4 gradient %3, 2 times
                %6 f32[8] = variable, v_2
                %7 f32[8] = variable, v_3
                %8 f32[8] = feed, x_1:0
                %9 f32[8] = adam variable %6 m %7 v %7 beta1^t %4 beta2^t %4 rate %4 beta1 %4 beta2 \
                %4 epsilon %4 gradient %8
                """)
    }

    @Test mutating func norIsASumOverShards() {
        let (w, m) = (build.variable([8]), build.variable([8]))
        let gradient = build.shardSum([8])
        build.adam(w, m, build.view(gradient, [8]))
        build.adam(w, m, gradient)
        #expect(
            build.text("fuse-updates") == """
                %0 f32[8] = variable, v
                %1 f32[8] = variable, v_1
                %4 f32[] = constant, 0.5
                %5 f32[8] = adamOfShards variable %0 m %1 v %1 beta1^t %4 beta2^t %4 rate %4 beta1 %4 \
                beta2 %4 epsilon %4, g:0, 2 times
                """)
    }

    @Test mutating func aSumOverShardsThatSomebodyReadsIsStored() {
        let gradient = build.shardSum([8])
        build.adam(build.variable([8]), build.variable([8]), gradient)
        build.fetch(build.element(.neg, gradient))
        #expect(build.text("fuse-updates") == build.text())
    }

    @Test mutating func oneThatSomebodyReadsIs() {
        let gradient = build.product(
            build.feed([10, 4]), build.feed([10, 32]), transposed: (true, false))
        build.adam(build.variable([4, 32]), build.variable([4, 32]), gradient)
        build.fetch(gradient)
        #expect(build.text("fuse-updates") == build.text())
    }

    /// As where a loss has the product of two variables: each one's gradient is made of the other.
    @Test mutating func norIfWhatItIsMadeOfIsUpdatedBefore() {
        let (a, b) = (build.variable([10, 4]), build.feed([10, 32]))
        let gradient = build.product(a, b, transposed: (true, false))
        build.adam(a, build.variable([10, 4]), build.feed([10, 4]))
        build.adam(build.variable([4, 32]), build.variable([4, 32]), gradient)
        #expect(build.text("fuse-updates") == build.text())
    }

    @Test mutating func updatesBetweenWhichTheVariableIsReadAreTwo() {
        let gradient = build.product(
            build.feed([10, 4]), build.feed([10, 32]), transposed: (true, false))
        let (w, m) = (build.variable([4, 32]), build.variable([4, 32]))
        build.adam(w, m, gradient)
        build.fetch(build.element(.neg, w))
        build.adam(w, m, gradient)
        #expect(build.text("fuse-updates") == build.text())
    }

    // MARK: narrow

    @Test mutating func ofEqualRowsOneIsKept() {
        let row = build.program.add(.broadcast, [build.variable([8])], [64, 8])
        let halved = build.element(.div, row, build.constant(2))
        build.fetch(build.columns(build.element(.mul, halved, build.feed([64, 8]))))
        #expect(
            build.text("narrow") == """
                %0 f32[8] = variable, v
                %1 f32[64,8] as [8] = broadcast %0
                %2 f32[] = constant, 2.0
                %3 f32[64,8] as [8] = div %1 %2
                %4 f32[64,8] = feed, x:0
                %5 f32[64,8] = mul %3 %4
                %6 f32[8] = reduceSum %5, over 64 for each 8, as a tree
                fetch %6
                """)
    }

    // MARK: form-loops

    @Test mutating func whatHasAsManyElementsIsOneLoop() {
        let x = build.feed([64, 8])
        let square = build.element(.square, x)
        let sums = build.columns(square)
        let other = build.element(.neg, build.feed([3]))
        build.fetch(build.element(.mul, build.element(.add, square, sums), x), other)
        #expect(
            build.text("form-loops") == """
                %0 f32[64,8] = feed, x:0
                %3 f32[3] = feed, x_1:0
                ⎡ %1 f32[64,8] = square %0
                ⎣ %2 f32[8] = reduceSum %1, over 64 for each 8, as a tree
                [ %4 f32[3] = neg %3
                ⎡ %5 f32[64,8] = add %1 %2
                ⎣ %6 f32[64,8] = mul %5 %0
                fetch %6 %4
                """)
    }

    @Test mutating func aLoopEndsBeforeAVariableThatItReadsIsWritten() {
        let v = build.variable([8])
        let neg = build.element(.neg, v)
        build.program.add(
            .update(isSubtracted: false), [v, build.feed([8])], outputs: [TensorType([8])])
        build.fetch(build.element(.square, neg))
        #expect(
            build.text("form-loops") == """
                %0 f32[8] = variable, v
                %2 f32[8] = feed, x:0
                [ %1 f32[8] = neg %0
                %3 f32[8] = addTo %0 %2
                [ %4 f32[8] = square %1
                fetch %4
                """)
    }

    // MARK: put-aside

    @Test mutating func summariesArePutOff() {
        let x = build.feed([8])
        func histogram(_ of: Program.ID) -> Program.ID {
            let step = build.program.add(
                .summary(.histogram(tag: "h")), [of], outputs: [TensorType(.scalar, .string)])
            return build.program[step].outputs[0]
        }
        let first = histogram(x)
        let neg = build.element(.neg, x)
        let second = histogram(neg)
        let square = build.element(.square, neg)
        let merged = build.program.add(
            .summary(.merged), [first, second], outputs: [TensorType(.scalar, .string)])
        build.fetch(build.program[merged].outputs[0], square)
        #expect(
            build.text("put-aside") == """
                %0 f32[8] = feed, x:0
                %2 f32[8] = neg %0
                %4 f32[8] = square %2
                %1 summary[] = summary histogram %0, h  ; aside
                %3 summary[] = summary histogram %2, h  ; aside
                %5 summary[] = summary merged %1 %3
                fetch %5 %4
                """)
    }
}
