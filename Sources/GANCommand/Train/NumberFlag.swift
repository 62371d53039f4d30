import ArgumentParser

/// What the numbers of the command line may be.
enum NumberFlag {
    @Sendable static func count(_ text: String) throws -> Int {
        guard let value = Int(text), value >= 1 else {
            throw ValidationError("it must be a whole number, 1 or more")
        }
        return value
    }

    @Sendable static func shards(_ text: String) throws -> Int {
        let value = try count(text)
        guard value.nonzeroBitCount == 1, value <= 4096 else {
            throw ValidationError("it must be a power of two, 1...4096")
        }
        return value
    }

    @Sendable static func countOrNone(_ text: String) throws -> Int {
        guard let value = Int(text), value >= 0 else {
            throw ValidationError("it must be a whole number, 0 or more")
        }
        return value
    }

    @Sendable static func threadCount(_ text: String) throws -> Int {
        let value = try count(text)
        guard value <= 1024 else { throw ValidationError("it must be at most 1024") }
        return value
    }

    @Sendable static func seconds(_ text: String) throws -> Double {
        guard let value = Double(text), value >= 0, value <= 1e9 else {
            throw ValidationError("it must be a number of seconds, 0 or more")
        }
        return value
    }

    @Sendable static func positiveSeconds(_ text: String) throws -> Double {
        guard let value = Double(text), value > 0, value <= 1e9 else {
            throw ValidationError("it must be a number of seconds, above 0")
        }
        return value
    }

    @Sendable static func seed(_ text: String) throws -> UInt32 {
        guard let value = UInt32(text) else {
            throw ValidationError("it must be a whole number, 0...\(UInt32.max)")
        }
        return value
    }
}
