extension SummaryWriter {
    /// Logs a point of a curve, as the nearest `Float`: TensorBoard shows points of no other type.
    ///
    /// - Parameters:
    ///   - value: The value; it may be infinite or not a number.
    ///   - tag: The curve.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` as that of a `Float` does.
    @inlinable
    @_disfavoredOverload  // A literal is a Float.
    public func addScalar<Step: BinaryInteger>(
        _ value: some BinaryFloatingPoint, tag: String, step: Step? = nil as Int?,
        wallTime: Double? = nil
    ) throws(EventFileError) {
        try addScalar(Float(value), tag: tag, step: step, wallTime: wallTime)
    }

    /// Logs a point of a curve, as the nearest `Float`: TensorBoard shows points of no other type.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - tag: The curve.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` as that of a `Float` does.
    @inlinable
    @_disfavoredOverload  // A literal is a Float.
    public func addScalar<Step: BinaryInteger>(
        _ value: some BinaryInteger, tag: String, step: Step? = nil as Int?, wallTime: Double? = nil
    ) throws(EventFileError) {
        try addScalar(Float(value), tag: tag, step: step, wallTime: wallTime)
    }

    /// Logs a point of a curve: 1 for true, 0 for false.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - tag: The curve.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after
    ///     the tag's last.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` as that of a `Float` does.
    @inlinable
    public func addScalar<Step: BinaryInteger>(
        _ value: Bool, tag: String, step: Step? = nil as Int?, wallTime: Double? = nil
    ) throws(EventFileError) {
        try addScalar(value ? 1 : 0 as Float, tag: tag, step: step, wallTime: wallTime)
    }
}
