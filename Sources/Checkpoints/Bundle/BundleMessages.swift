internal import CTensorBoardProtos

// The messages of a checkpoint's index, to and from bytes; only here are their C structures seen.

extension BundleHeader {
    /// The message's bytes.
    func encoded() -> [UInt8] {
        var version = Tensorflow__VersionDef()
        tensorflow__version_def__init(&version)
        version.producer = Int32(versions.producer)
        version.min_consumer = Int32(versions.minimumReader)
        var badReaders = versions.badReaders.map(Int32.init(clamping:))
        return badReaders.withUnsafeMutableBufferPointer { badReaders in
            version.n_bad_consumers = badReaders.count
            version.bad_consumers = badReaders.baseAddress
            return withUnsafeMutablePointer(to: &version, encoded(version:))
        }
    }

    private func encoded(version: UnsafeMutablePointer<Tensorflow__VersionDef>) -> [UInt8] {
        var header = Tensorflow__BundleHeaderProto()
        tensorflow__bundle_header_proto__init(&header)
        header.num_shards = Int32(shardCount)
        header.version = version
        return packed(
            size: tensorflow__bundle_header_proto__get_packed_size(&header),
            by: { tensorflow__bundle_header_proto__pack(&header, $0) })
    }

    /// Decodes a message; `nil` if the bytes are not one.
    init?(decoding bytes: ArraySlice<UInt8>) {
        let unpacked = bytes.withUnsafeBufferPointer {
            tensorflow__bundle_header_proto__unpack(nil, $0.count, $0.baseAddress)
        }
        guard let unpacked else { return nil }
        defer { tensorflow__bundle_header_proto__free_unpacked(unpacked, nil) }
        shardCount = Int(unpacked.pointee.num_shards)
        isBigEndian =
            unpacked.pointee.endianness != TENSORFLOW__BUNDLE_HEADER_PROTO__ENDIANNESS__LITTLE
        versions = FormatVersions(unpacked.pointee.version?.pointee)
    }
}

extension BundleEntry {
    /// The message's bytes.
    func encoded() -> [UInt8] {
        var sizes = shape.map { size in
            var dimension = Tensorflow__TensorShapeProto__Dim()
            tensorflow__tensor_shape_proto__dim__init(&dimension)
            dimension.size = Int64(size)
            return dimension
        }
        return sizes.withUnsafeMutableBufferPointer { sizes in
            var pointers = sizes.indices.map { sizes.baseAddress?.advanced(by: $0) }
            return pointers.withUnsafeMutableBufferPointer { pointers in
                var shape = Tensorflow__TensorShapeProto()
                tensorflow__tensor_shape_proto__init(&shape)
                shape.n_dim = pointers.count
                shape.dim = pointers.baseAddress
                return withUnsafeMutablePointer(to: &shape, encoded(shape:))
            }
        }
    }

    private func encoded(shape: UnsafeMutablePointer<Tensorflow__TensorShapeProto>) -> [UInt8] {
        var entry = Tensorflow__BundleEntryProto()
        tensorflow__bundle_entry_proto__init(&entry)
        entry.dtype = Tensorflow__DataType(rawValue: .init(type))
        entry.shape = shape
        entry.shard_id = Int32(shard)
        entry.offset = Int64(offset)
        entry.size = Int64(byteCount)
        entry.crc32c = maskedChecksum
        return packed(
            size: tensorflow__bundle_entry_proto__get_packed_size(&entry),
            by: { tensorflow__bundle_entry_proto__pack(&entry, $0) })
    }

    /// Decodes a message; `nil` if the bytes are not one.
    init?(decoding bytes: ArraySlice<UInt8>) {
        let unpacked = bytes.withUnsafeBufferPointer {
            tensorflow__bundle_entry_proto__unpack(nil, $0.count, $0.baseAddress)
        }
        guard let unpacked else { return nil }
        defer { tensorflow__bundle_entry_proto__free_unpacked(unpacked, nil) }
        let entry = unpacked.pointee
        guard let shape = [Int](entry.shape?.pointee) else { return nil }
        self.init(
            type: Int(entry.dtype.rawValue),
            shape: shape,
            shard: Int(entry.shard_id),
            offset: Int(entry.offset),
            byteCount: Int(entry.size),
            maskedChecksum: entry.crc32c,
            slices: UnsafeBufferPointer(start: entry.slices, count: entry.n_slices).compactMap {
                $0.map { TensorSlice($0.pointee) }
            })
    }
}

/// The bytes that protobuf-c writes for a message.
private func packed(size: Int, by pack: (UnsafeMutablePointer<UInt8>?) -> Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: size) { memory, count in
        count = pack(memory.baseAddress)
    }
}
