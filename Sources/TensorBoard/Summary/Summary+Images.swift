extension Summary {
    /// The images of a batch, each scaled by itself and under a tag of its own, as TensorFlow 1's
    /// `tf.summary.image` makes them.
    ///
    /// ```swift
    /// let summary = Summary.images(
    ///     tag: "x", pixels: batch, count: 10, height: 28, width: 28, channels: 1, maxOutputs: 2)
    /// summary.values.map(\.tag)  // ["x/image/0", "x/image/1"]
    /// ```
    ///
    /// The tags follow TensorFlow's rule: with `maxOutputs` 1 the only image is `tag/image`; with
    /// more, the images are `tag/image/0`, `tag/image/1` and so on, even when the batch holds a
    /// single one.
    ///
    /// - Parameters:
    ///   - tag: What stands before `/image` in the tags.
    ///   - pixels: `count` × `height` × `width` × `channels` numbers, the last varying fastest.
    ///     They are shared with the summary, not copied.
    ///   - count: The batch's size.
    ///   - height: An image's rows.
    ///   - width: An image's columns.
    ///   - channels: 1 for gray, 2 for gray and alpha, 3 for RGB, 4 for RGBA.
    ///   - maxOutputs: How many of the images to keep, at least 1.
    public static func images(
        tag: String, pixels: [Float], count: Int, height: Int, width: Int, channels: Int,
        maxOutputs: Int
    ) -> Summary {
        let images = FloatImage.batch(
            pixels, count: count, height: height, width: width, channels: channels)
        return Summary(
            zip(CollectedSummary.imageTags(tag, count: count, maxOutputs: maxOutputs), images).map {
                Value(tag: $0, content: .floatImage($1))
            })
    }
}
