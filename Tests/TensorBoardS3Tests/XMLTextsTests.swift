#if S3
    import Testing

    @testable import TensorBoardS3

    /// What servers say, in XML of any shape.
    @Suite struct XMLTextsTests {
        func code(_ text: String) -> String? { XMLTexts(Array(text.utf8))["Error", "Code"] }

        @Test(arguments: [
            ("<Error><Code>A</Code></Error>", "A"),
            ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n <Code>A</Code>\n</Error>", "A"),
            ("  \n \r\n<?xml version=\"1.0\"?><Error><Code>A</Code></Error>", "A"),
            ("<Error><Code>A&amp;B &lt;&#99;&#x44;&gt;</Code></Error>", "A&B <cD>"),
            ("<Error><Code><![CDATA[<A>&amp;]]></Code></Error>", "<A>&amp;"),
            ("<Error><Code>A<!-- no -->B</Code></Error>", "AB"),
            (
                "<Error xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Code>A</Code></Error>",
                "A"
            ),
            ("<s:Error xmlns:s=\"urn:x\"><s:Code at=\"1\">A</s:Code></s:Error>", "A"),
            (
                "<R><Errors><Error><Code>A</Code></Error><Error><Code>B</Code></Error></Errors></R>",
                "A"
            ),
            ("<Error><Code/></Error>", ""),
            ("<Error><Code>A</Code><Message>cut off here", "A"),
        ])
        func whatIsThere(text: String, value: String) {
            #expect(code(text) == value)
        }

        @Test(arguments: [
            "", " ", "not XML <Error><Code>A</Code></Error>", "<Error>A</Error>",
            "<Code>A</Code>", "<Other><Code>A</Code></Other>", "{\"Code\": \"A\"}",
            "<!-- <Error><Code>A</Code></Error> -->", "<Error><X><Code>A</Code></X></Error>",
            "<Error Code=\"A\"></Error>", "<Error><Code>A",
        ])
        func whatIsNot(text: String) {
            #expect(code(text) == nil)
        }

        @Test func otherEncodings() {
            let text = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><Error><Code>"
            let bytes = Array(text.utf8) + [0xe9] + Array("</Code></Error>".utf8)
            #expect(XMLTexts(bytes)["Error", "Code"] == "é")
        }

        /// Entities that grow, or that name files.
        @Test func documentsThatMeanHarm() {
            var growing = "<!DOCTYPE x [<!ENTITY a0 \"lol\">"
            for level in 1..<20 {
                let ten = String(repeating: "&a\(level - 1);", count: 10)
                growing += "<!ENTITY a\(level) \"\(ten)\">"
            }
            growing += "]><Error><Code>&a19;</Code></Error>"
            #expect((code(growing) ?? "").utf8.count < 1_000_000)
            let file = "<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>"
            #expect(code(file + "<Error><Code>&f;</Code></Error>")?.contains("root") != true)
            let deep = String(repeating: "<a>", count: 100_000)
            #expect(code(deep) == nil)
        }
    }
#endif
