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
        typealias Kind = Tensorboard__Mesh__MeshPluginData__ContentType
        var parts: [(Kind, String, TensorValue)] = [
            (
                TENSORBOARD__MESH__MESH_PLUGIN_DATA__CONTENT_TYPE__VERTEX, "VERTEX",
                TensorValue(mesh.vertices, shape: [1, mesh.vertices.count / 3, 3])
            )
        ]
        if !mesh.faces.isEmpty {
            parts.append(
                (
                    TENSORBOARD__MESH__MESH_PLUGIN_DATA__CONTENT_TYPE__FACE, "FACE",
                    TensorValue(mesh.faces, shape: [1, mesh.faces.count / 3, 3])
                ))
        }
        if !mesh.colors.isEmpty {
            parts.append(
                (
                    TENSORBOARD__MESH__MESH_PLUGIN_DATA__CONTENT_TYPE__COLOR, "COLOR",
                    TensorValue(mesh.colors, shape: [1, mesh.colors.count / 3, 3])
                ))
        }
        let components = parts.reduce(UInt32(0)) { $0 | 1 << UInt32($1.0.rawValue) }
        return parts.map { kind, suffix, tensor in
            let arena = MessageArena()
            let content = arena.make(tensorboard__mesh__mesh_plugin_data__init) {
                $0.name = arena.string(tag)
                $0.content_type = kind
                $0.json_config = arena.string(mesh.configuration)
                ($0.n_shape, $0.shape) = arena.repeated(tensor.shape.map { Int32(clamping: $0) })
                $0.components = components
            }.packed()
            return Self(
                tag: "\(tag)_\(suffix)",
                content: .tensor(tensor, Summary.Plugin(name: "mesh", content: content)),
                metadata: metadata)
        }
    }
}
