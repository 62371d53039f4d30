/// Parts of a program that log under names of their own.
extension SummaryWriter {
    /// The same writer for a part of a program: what is logged by it gets the part's name and a slash
    /// before its tag, as TensorFlow's name scopes have it.
    ///
    /// ```swift
    /// let generator = writer.scope("generator")
    /// try generator.addScalar(0.25, tag: "loss")  // generator/loss
    /// try generator.scope("conv1").addHistogram(weights, tag: "weights")  // generator/conv1/weights
    /// ```
    ///
    /// It shares all else with this writer: the file, the default step, what is recorded. To close one of
    /// them closes them all; else that happens when the last of them goes.
    ///
    /// Tags that go elsewhere than into the values are whole already: those of `addCustomScalars(_:)`, of
    /// hyperparameters' experiments, and of what is serialized.
    ///
    /// Source: `tf.name_scope` and `tf.summary.experimental.summary_scope`.
    ///
    /// - Parameter name: The part's name, or several with `/` between them. Without any it is this writer.
    public func scope(_ name: String) -> SummaryWriter {
        let name = name.split(separator: "/").joined(separator: "/")
        return name.isEmpty || isDisabled
            ? self : SummaryWriter(of: self, tagPrefix: "\(tagPrefix)\(name)/")
    }

    /// Runs what logs under a part's name.
    ///
    /// ```swift
    /// try writer.scope("generator") { writer in
    ///     try writer.addScalar(0.25, tag: "loss")  // generator/loss
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - name: The part's name, as ``scope(_:)`` takes it.
    ///   - body: Gets the part's writer.
    /// - Returns: What the closure returns.
    @discardableResult
    public func scope<Result, Failure: Error>(
        _ name: String, _ body: (SummaryWriter) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(scope(name))
    }
}

extension Summary {
    /// The summary with a scope before all tags.
    func inScope(_ scope: String) -> Summary {
        if scope.isEmpty { return self }
        return Summary(
            values.map { value in
                var value = value
                value.tag = scope + value.tag
                if case .tensor(let tensor, let plugin) = value.content, plugin.name == "mesh" {
                    // Its parts find each other by a name.
                    value.content = .tensor(tensor, Mesh.plugin(plugin, inScope: scope))
                }
                return value
            })
    }
}
