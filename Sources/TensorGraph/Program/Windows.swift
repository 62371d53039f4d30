/// How windows lie on images: a filter's or a pool's. Images are [N, H, W, C], what is made of them
/// is [N, P, Q, K], a filter is [R, S, C, K].
struct WindowGeometry: Sendable, Hashable {
    var n: Int
    let h: Int
    let w: Int
    let c: Int
    let r: Int
    let s: Int
    let p: Int
    let q: Int
    let k: Int
    let strideH: Int
    let strideW: Int
    /// Rows of zeros above the image, and columns to its left; below and to the right are as many as
    /// P and Q need.
    let padTop: Int
    let padLeft: Int

    /// How many multiplications a convolution takes, by the plain way.
    var multiplications: Int { n * p * q * k * r * s * c }

    /// The same of any number of images.
    var ofAnyNumber: WindowGeometry {
        var result = self
        result.n = 0
        return result
    }
}

/// A convolution, or one of its gradients.
struct Convolution: Sendable {
    let part: Part
    let geometry: WindowGeometry
    /// Whether a number for each channel is added to the images that it makes, the third operand.
    var hasBias = false

    enum Part: Sendable {
        /// y of (x, w).
        case forward
        /// dx of (w, dy).
        case inputGradient
        /// dw of (x, dy).
        case filterGradient
    }

    /// Which operands are images.
    var imageOperands: [Int] {
        switch part {
        case .forward: [0]
        case .inputGradient: [1]
        case .filterGradient: [0, 1]
        }
    }

    /// Which operand is the filter.
    var filterOperand: Int? {
        switch part {
        case .forward: 1
        case .inputGradient: 0
        case .filterGradient: nil
        }
    }

    /// Whether it makes images.
    var makesImages: Bool { part != .filterGradient }
}

/// The largest value of each window, or the gradients of that.
struct Pool: Sendable {
    let part: Part
    let geometry: WindowGeometry
    /// What else it does with each value.
    var scaling = Scaling.none

    enum Part: Sendable {
        /// y of x.
        case forward
        /// dx of (x, y, dy).
        case gradient
        /// dy of (x, y, dx): dx where the gradient would come from.
        case gradientOfGradient
    }

    /// What is pooled of x, and the gradient with respect to what. Further operands follow those of
    /// the part, a row of channels each.
    enum Scaling: Sendable {
        /// x.
        case none
        /// relu(x · scale + shift); the gradient is that of x · scale + shift.
        case rectified
        /// As `rectified`, of which the gradient is then gradient · factor + (x - center) · slope; the
        /// slope may have a number for each of x.
        case normed
    }

    /// Whether it is a gradient of what is pooled.
    var isGradient: Bool { part == .gradient }
    /// How many operands are images.
    var imageCount: Int { part == .forward ? 1 : 3 }
    /// The names of its operands.
    var operandNames: [String] {
        let images = part == .forward ? ["x"] : ["x", "y", part == .gradient ? "dy" : "dx"]
        return switch scaling {
        case .none: images
        case .rectified: images + ["scale", "shift"]
        case .normed: images + ["scale", "shift", "factor", "center", "slope"]
        }
    }

    /// Whether windows are 2 × 2 and cover the images without a border, and pairs of rows are short
    /// enough for a loop's tile.
    var isInLoops: Bool {
        let g = geometry
        return part != .gradientOfGradient && (g.r, g.s, g.strideH, g.strideW) == (2, 2, 2, 2)
            && (2 * g.p, 2 * g.q) == (g.h, g.w) && g.c >= 8 && 2 * g.w * g.c <= Loops.tileSize
    }
}
