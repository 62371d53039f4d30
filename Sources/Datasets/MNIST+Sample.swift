import CMNISTSample

extension MNIST {
    /// The first 6,000 training images, which are embedded in the binary with their labels: 5,000 for
    /// validation and 1,000 to train on. There are no test images.
    ///
    /// Unpacks them at each use, 4.7 MB in about 30 ms.
    ///
    /// - Throws: only if the binary itself is damaged.
    public static var sample: MNIST {
        get throws(DatasetError) {
            let images = try sampleImages
            let packed = UnsafeBufferPointer(
                start: mnist_sample_labels, count: mnist_sample_labels_size)
            let labels = try IDX(
                Array(packed), path: "the embedded labels of MNIST", shape: [images.shape[0]])
            return MNIST(
                training: Examples(bytes: images.values, labels: labels.values), test: nil,
                classNames: digitNames)
        }
    }

    static var sampleImages: IDX {
        get throws(DatasetError) {
            let packed = UnsafeBufferPointer(start: mnist_sample, count: mnist_sample_size)
            return try IDX(
                Array(packed), path: "the embedded images of MNIST", shape: [6000, side, side])
        }
    }
}
