extension SummaryWriter {
    /// Logs a point of a curve, as the nearest `Float`: TensorBoard shows points of no other type.
    ///
    /// - Parameters:
    ///   - value: The value; it may be infinite or not a number.
    ///   - tag: The curve.
    ///   - step: The step that it belongs to.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` as that of a `Float` does.
    @_disfavoredOverload  // A literal is a Float.
    public func addScalar(
        _ value: some BinaryFloatingPoint, tag: String, step: Int64, wallTime: Double? = nil
    ) throws(EventFileError) {
        try addScalar(Float(value), tag: tag, step: step, wallTime: wallTime)
    }

    /// Logs a point of a curve, as the nearest `Float`: TensorBoard shows points of no other type.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - tag: The curve.
    ///   - step: The step that it belongs to.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` as that of a `Float` does.
    @_disfavoredOverload  // A literal is a Float.
    public func addScalar(
        _ value: some BinaryInteger, tag: String, step: Int64, wallTime: Double? = nil
    ) throws(EventFileError) {
        try addScalar(Float(value), tag: tag, step: step, wallTime: wallTime)
    }

    /// Logs a point of a curve: 1 for true, 0 for false.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - tag: The curve.
    ///   - step: The step that it belongs to.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` as that of a `Float` does.
    public func addScalar(
        _ value: Bool, tag: String, step: Int64, wallTime: Double? = nil
    ) throws(EventFileError) {
        try addScalar(value ? 1 : 0 as Float, tag: tag, step: step, wallTime: wallTime)
    }
}
