internal import Datasets

/// The kernels at the network's shapes beside the machine's bounds, at batch 10 and 128 as far as
/// those are measured, and the steps beside the sum of what their kernels cannot do without.
/// Arithmetic is what the plain way takes: one that multiplies less can be beyond its bound.
func kernelTables(_ options: BenchmarkOptions) throws -> [BenchmarkTable] {
    let threads = Threads(options.mostThreads)
    let bounds = Bounds(threads)
    let examples = try MNIST.sample
    var tables = [bounds.table()]
    var steps = BenchmarkTable(
        "step bounds",
        "Steps beside their bounds: products, convolutions, pools and Adam; "
            + "threads \(threads.count)",
        columns: "step", "batch", "GFLOP", "bound ms", "kernels ms", "measured ms",
        "share of the bound %")
    for batch in options.batchSizes
    where [10, 128].contains(batch) || options.batchSizes.count == 1 {
        var table = BenchmarkTable(
            "kernels",
            "Kernels, batch \(batch), threads \(threads.count); arithmetic as the plain way takes it",
            columns: "kernel", "median µs", "rate", "unit", "share of the bound %", "in a D step",
            "in a G step")
        var least = (discriminator: 0.0, generator: 0.0)
        var taken = (discriminator: 0.0, generator: 0.0)
        var operations = (discriminator: 0.0, generator: 0.0)
        for kernel in networkKernels(batch: batch) {
            let error = kernel.error(threads.pool)
            guard error < 1e-4 else {
                throw BenchmarkError.wrong(kernel: kernel.name, error: error)
            }
            let time = Timing.of(options.time(0.5)) { kernel.run(threads.pool) }.median.seconds
            let limit = bounds.limit(kernel.work)
            let uses = (Double(kernel.uses.discriminator), Double(kernel.uses.generator))
            least.discriminator += uses.0 * limit.seconds
            least.generator += uses.1 * limit.seconds
            taken.discriminator += uses.0 * time
            taken.generator += uses.1 * time
            operations.discriminator += uses.0 * kernel.work.operations
            operations.generator += uses.1 * kernel.work.operations
            table.add(
                .text(kernel.name), .number(time * 1e6),
                .number(
                    (limit.isArithmetic ? kernel.work.operations : kernel.work.bytes) / time / 1e9),
                limit.isArithmetic ? "GFLOP/s" : "GB/s", .number(limit.seconds / time * 100),
                .count(kernel.uses.discriminator), .count(kernel.uses.generator))
        }
        tables.append(table)

        let runner = try StepRunner(batchSize: batch, threads: threads.count, examples: examples)
        for (step, parts) in [
            (
                StepRunner.Step.discriminator,
                (operations.discriminator, least.discriminator, taken.discriminator)
            ),
            (.generator, (operations.generator, least.generator, taken.generator)),
        ] {
            let measured = try Timing.of(options.time(2)) { try runner.take(step) }.median.seconds
            steps.add(
                .text(step.rawValue), .count(batch), .number(parts.0 / 1e9),
                .number(parts.1 * 1e3), .number(parts.2 * 1e3), .number(measured * 1e3),
                .number(parts.1 / measured * 100))
        }
    }
    return tables + [steps]
}

/// The network's kernels, with how often a step needs each, whose loss leaves a forward pass to the
/// next step: D judges two batches in a D step, and G's images stay; a G step makes one batch and D
/// judges it.
private func networkKernels(batch: Int) -> [KernelCase] {
    let layout = ImageLayout(images: batch, channels: 13)
    return [
        .convolution("D conv1", .filters(batch, 28, 28, 1, 11), layout).used(
            discriminator: 2, generator: 1),
        .filterGradient("D conv1", .filters(batch, 28, 28, 1, 11), layout).used(discriminator: 2),
        .inputGradient("D conv1", .filters(batch, 28, 28, 1, 11), layout).used(generator: 1),
        .pool("D conv1", .windows(batch, 28, 11), layout).used(discriminator: 2, generator: 1),
        .poolGradientSums("D conv1", .windows(batch, 28, 11), layout).used(
            discriminator: 2, generator: 1),
        .normedPoolGradient("D conv1", .windows(batch, 28, 11), layout).used(
            discriminator: 2, generator: 1),
        .convolution("D conv2", .filters(batch, 14, 14, 11, 13), layout).used(
            discriminator: 2, generator: 1),
        .filterGradient("D conv2", .filters(batch, 14, 14, 11, 13), layout).used(discriminator: 2),
        .inputGradient("D conv2", .filters(batch, 14, 14, 11, 13), layout).used(
            discriminator: 2, generator: 1),
        .pool("D conv2", .windows(batch, 14, 13), layout).used(discriminator: 2, generator: 1),
        .poolGradientSums("D conv2", .windows(batch, 14, 13), layout).used(
            discriminator: 2, generator: 1),
        .normedPoolGradient("D conv2", .windows(batch, 14, 13), layout).used(
            discriminator: 2, generator: 1),
        .product("D hide3", batch, 1024, 637).used(discriminator: 2, generator: 1),
        .product("D hide3, input's gradient", batch, 637, 1024, transposeB: true)
            .used(discriminator: 2, generator: 1),
        .product("D hide3, weights' gradient", 637, 1024, batch, transposeA: true),
        .productAndAdam("D hide3", 637, 1024, batch: batch, terms: 2, times: 2).used(
            discriminator: 1),
        .softplus("D hide3", batch * 1024).used(discriminator: 2, generator: 2),
        .product("D output", batch, 1, 1024).used(discriminator: 2, generator: 1),
        .product("D output, input's gradient", batch, 1024, 1, transposeB: true)
            .used(discriminator: 2, generator: 1),

        .convolution("G conv1", .filters(batch, 20, 1, 1, 13), .rows).used(generator: 1),
        .filterGradient("G conv1", .filters(batch, 20, 1, 1, 13), .rows).used(generator: 1),
        .convolution("G conv2", .filters(batch, 20, 1, 13, 11), .rows).used(generator: 1),
        .filterGradient("G conv2", .filters(batch, 20, 1, 13, 11), .rows).used(generator: 1),
        .inputGradient("G conv2", .filters(batch, 20, 1, 13, 11), .rows).used(generator: 1),
        .product("G hide3", batch, 1024, 220).used(generator: 1),
        .product("G hide3, input's gradient", batch, 220, 1024, transposeB: true).used(
            generator: 1),
        .productAndAdam("G hide3", 220, 1024, batch: batch, terms: 1, times: 1).used(generator: 1),
        .product("G output", batch, 784, 1024).used(generator: 1),
        .product("G output, input's gradient", batch, 1024, 784, transposeB: true).used(
            generator: 1),
        .product("G output, weights' gradient", 1024, 784, batch, transposeA: true),
        .productAndAdam("G output", 1024, 784, batch: batch, terms: 1, times: 1).used(generator: 1),
    ]
}
