import Foundation
import GAN
import TensorBoard
import TensorGraph
import Testing

/// The program's graph beside the one that TensorFlow makes of the article's script.
@Suite struct GraphTests {
    let nodes = Program(Hyperparameters(), seed: 0).network.tf.definition.nodes

    /// Both networks, their losses, optimizers and summaries: `graph_nodes.tsv` holds each node's
    /// name, op and inputs.
    @Test func networksAreTensorFlows() throws {
        var ours: [String: String] = [:]
        for node in nodes {
            ours[node.name] = ([node.name, node.op] + node.inputs).joined(separator: "\t")
        }
        let theirs = try lines("graph_nodes.tsv")
        #expect(theirs.count == 786)
        for line in theirs {
            let name = line.prefix { $0 != "\t" }
            #expect(ours[String(name)] == line)
        }
    }

    /// All nodes, gradients included, with all attributes: `graph_digests.txt` holds a digest of
    /// each node's name, and one of its ``GraphDefinition/Node/text``.
    @Test func everyNodeAndAttributeIsTensorFlows() throws {
        var theirs: [String: String] = [:]
        for line in try lines("graph_digests.txt") {
            theirs[String(line.prefix(8))] = String(line.suffix(8))
        }
        #expect(theirs.count == 1931)
        for node in nodes {
            guard let digest = theirs.removeValue(forKey: digest(node.name)) else { continue }
            #expect(self.digest(node.text) == digest, "\(node.text)")
        }
        #expect(theirs.isEmpty, "the graph lacks nodes that TensorFlow's has")
    }

    /// What only our graph has, the accuracy, comes after everything that TensorFlow's has, and so
    /// changes none of its names.
    @Test func nothingElseComesBetween() throws {
        let theirs = Set(try lines("graph_digests.txt").map { String($0.prefix(8)) })
        let extra = nodes.prefix(theirs.count).filter { !theirs.contains(digest($0.name)) }
        #expect(extra.map(\.name) == [])
    }

    /// Inputs come first in our order too, for readers that take a graph line by line.
    @Test func inputsComeFirst() {
        var known: Set<Substring> = []
        for node in nodes {
            for input in node.inputs {
                let name = input.drop { $0 == "^" }.prefix { $0 != ":" }
                #expect(known.contains(name), "\(node.name) comes before its input \(name)")
            }
            known.insert(node.name[...])
        }
    }

    private func lines(_ name: String) throws -> [String] {
        try String(decoding: Data(contentsOf: fixture(name)), as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }

    /// FNV-1a of 32 bits (Fowler, Noll and Vo), in base 16.
    private func digest(_ text: String) -> String {
        let hash = text.utf8.reduce(UInt32(0x811C_9DC5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        return hexadecimal(UInt64(hash), digits: 8)
    }
}
