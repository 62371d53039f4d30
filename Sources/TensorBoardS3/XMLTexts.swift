#if S3
    import Foundation

    #if canImport(FoundationXML)
        import FoundationXML
    #endif

    /// The texts in an XML document, found by an element's name and that of the one around it.
    struct XMLTexts {
        private var texts: [[String]: String] = [:]

        /// Reads a document; of one that is damaged, as much as comes before the damage.
        init(_ bytes: [UInt8]) {
            // A server that takes its time sends spaces first.
            let bytes = bytes.drop { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
            guard bytes.first == UInt8(ascii: "<") else { return }
            let reader = Reader()
            let parser = XMLParser(data: Data(bytes))
            parser.shouldProcessNamespaces = true
            parser.delegate = reader
            _ = parser.parse()
            texts = reader.texts
        }

        /// The text in the first element `name` that is in an element `parent`.
        subscript(parent: String, name: String) -> String? { texts[[parent, name]] }

        private final class Reader: NSObject, XMLParserDelegate {
            var texts: [[String]: String] = [:]
            private var names: [String] = []
            private var text = ""

            private static let deepest = 100

            func parser(
                _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
                qualifiedName: String?, attributes: [String: String]
            ) {
                names.append(elementName)
                text = ""
                if names.count > Self.deepest { parser.abortParsing() }
            }

            func parser(_ parser: XMLParser, foundCharacters string: String) {
                text += string
            }

            func parser(_ parser: XMLParser, foundCDATA block: Data) {
                text += String(decoding: block, as: UTF8.self)
            }

            func parser(
                _ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?,
                qualifiedName: String?
            ) {
                let place = Array(names.suffix(2))
                if place.count == 2, texts[place] == nil { texts[place] = text }
                _ = names.popLast()
                text = ""
            }
        }
    }
#endif
