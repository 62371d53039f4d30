/// How often an operand's elements come up in a result that it is broadcast to.
enum Repetition: Equatable {
    /// Each once.
    case whole
    /// The whole operand again and again, every so many elements of the result.
    case rows(period: Int)
    /// Some other way.
    case other

    init(of shape: [Int], in result: [Int]) {
        let count = shape.reduce(1, *)
        let trailing = Array(shape.drop { $0 == 1 })
        if count == result.reduce(1, *) {
            self = .whole
        } else if trailing == Array(result.suffix(trailing.count)) {
            self = .rows(period: count)
        } else {
            self = .other
        }
    }
}
