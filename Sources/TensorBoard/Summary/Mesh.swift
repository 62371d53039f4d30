import CProtobufC
import CTensorBoardProtos

/// A body, or a cloud of points, in space.
public struct Mesh: Sendable, Equatable {
    /// Three numbers for each vertex: x, y, z.
    public let vertices: [Float]
    /// Three numbers from 0 to 255 for each vertex, red, green and blue; or none at all.
    public let colors: [UInt8]
    /// Three indices of vertices for each triangle; none in a cloud of points.
    public let faces: [Int32]
    /// JSON with settings of the page's camera, lights and materials, in the words of three.js; may
    /// be empty.
    public let configuration: String

    /// Makes a mesh.
    ///
    /// - Precondition: Whole vertices and triangles, and a colour for each vertex or for none.
    public init(
        vertices: [Float], colors: [UInt8] = [], faces: [Int32] = [], configuration: String = ""
    ) {
        precondition(
            vertices.count % 3 == 0 && faces.count % 3 == 0
                && (colors.isEmpty || colors.count == vertices.count),
            "\(vertices.count) coordinates, \(colors.count) colours, \(faces.count) corners")
        self.vertices = vertices
        self.colors = colors
        self.faces = faces
        self.configuration = configuration
    }
}

extension Summary.Value {
    /// A mesh: a value for each of its parts, under `tag_VERTEX`, `tag_FACE` and `tag_COLOR`.
    public static func mesh(
        _ mesh: Mesh, tag: String, metadata: Summary.Metadata? = nil
    ) -> [Self] {
        meshes([mesh], tag: tag, metadata: metadata)
    }

    /// Several meshes that are shown side by side: a value for each of their parts, under `tag_VERTEX`,
    /// `tag_FACE` and `tag_COLOR`. The configuration is that of the first.
    ///
    /// Those that have fewer vertices than others get their last one again, and faces without an area.
    ///
    /// - Precondition: All have colours or none has, and all have faces or none has; of several, each
    ///   has a vertex.
    public static func meshes(
        _ meshes: [Mesh], tag: String, metadata: Summary.Metadata? = nil
    ) -> [Self] {
        guard let first = meshes.first else { return [] }
        precondition(
            meshes.allSatisfy {
                $0.colors.isEmpty == first.colors.isEmpty && $0.faces.isEmpty == first.faces.isEmpty
                    && (meshes.count == 1 || !$0.vertices.isEmpty)
            }, "meshes under \(tag) of which some have colours or faces and some have none")
        typealias Kind = Tensorboard__Mesh__MeshPluginData__ContentType
        var parts: [(Kind, String, TensorValue)] = [
            (
                TENSORBOARD__MESH__MESH_PLUGIN_DATA__CONTENT_TYPE__VERTEX, "VERTEX",
                batch(meshes.map(\.vertices)) { $0.suffix(3) }
            )
        ]
        if !first.faces.isEmpty {
            parts.append(
                (
                    TENSORBOARD__MESH__MESH_PLUGIN_DATA__CONTENT_TYPE__FACE, "FACE",
                    batch(meshes.map(\.faces)) { _ in [0, 0, 0] }
                ))
        }
        if !first.colors.isEmpty {
            parts.append(
                (
                    TENSORBOARD__MESH__MESH_PLUGIN_DATA__CONTENT_TYPE__COLOR, "COLOR",
                    batch(meshes.map(\.colors)) { $0.suffix(3) }
                ))
        }
        let components = parts.reduce(UInt32(0)) { $0 | 1 << UInt32($1.0.rawValue) }
        return parts.map { kind, suffix, tensor in
            let arena = MessageArena()
            let content = arena.make(tensorboard__mesh__mesh_plugin_data__init) {
                $0.name = arena.string(tag)
                $0.content_type = kind
                $0.json_config = arena.string(first.configuration)
                ($0.n_shape, $0.shape) = arena.repeated(tensor.shape.map { Int32(clamping: $0) })
                $0.components = components
            }.packed()
            return Self(
                tag: "\(tag)_\(suffix)",
                content: .tensor(tensor, Summary.Plugin(name: "mesh", content: content)),
                metadata: metadata)
        }
    }

    /// Rows of three numbers, equally many for each.
    ///
    /// - Parameter filler: The row that is added to what is shorter than others.
    private static func batch<Number: TensorElement>(
        _ all: [[Number]], filler: ([Number]) -> ArraySlice<Number>
    ) -> TensorValue {
        let longest = all.map(\.count).max() ?? 0
        var numbers: [Number] = []
        numbers.reserveCapacity(all.count * longest)
        for one in all {
            numbers += one
            for _ in 0..<(longest - one.count) / 3 { numbers += filler(one) }
        }
        return TensorValue(numbers, shape: [all.count, longest / 3, 3])
    }
}

extension Mesh {
    /// What says of a tensor to which part of which mesh it belongs, with a scope before the mesh's name.
    static func plugin(_ plugin: Summary.Plugin, inScope scope: String) -> Summary.Plugin {
        let decoded = DecodingArena()
        decoded.reset(budget: (1 << 16) + 64 * plugin.content.count)
        let content = plugin.content.withUnsafeBufferPointer { bytes -> [UInt8]? in
            var allocator = decoded.allocator
            guard
                let message = tensorboard__mesh__mesh_plugin_data__unpack(
                    &allocator, bytes.count, bytes.baseAddress)
            else { return nil }
            let arena = MessageArena()
            message.pointee.name = arena.string(
                scope + (message.pointee.name.map { String(cString: $0) } ?? ""))
            defer { withExtendedLifetime(arena) {} }
            return message.packed()
        }
        guard let content else { return plugin }
        return Summary.Plugin(name: plugin.name, content: content, dataClass: plugin.dataClass)
    }
}
