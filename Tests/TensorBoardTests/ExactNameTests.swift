import TensorBoard
import Testing

@Suite struct ExactNameTests {
    /// Pairs that Unicode calls equivalent: composed and decomposed letters, jamo, marks in another
    /// order, the Angstrom sign.
    static let equivalent = [
        ("caf\u{e9}", "cafe\u{301}"), ("\u{ac00}", "\u{1100}\u{1161}"),
        ("q\u{307}\u{323}", "q\u{323}\u{307}"), ("\u{212b}", "\u{c5}"),
    ]

    @Test(arguments: equivalent)
    func equivalentNamesAreTwo(one: String, other: String) {
        #expect(one == other)
        #expect(ExactName(one) != ExactName(other))
        #expect(Set([ExactName(one), ExactName(other), ExactName(one)]).count == 2)
        #expect(ExactName(one) == ExactName(one[...]))
    }

    @Test func orderIsThatOfBytes() {
        // The Angstrom sign is equivalent to a letter that comes far before it.
        let names = ["", "a", "a\0", "ab", "b", "\u{c5}", "\u{e9}", "\u{212b}", "\u{ff5e}", "😀"]
        for (index, name) in names.enumerated() {
            for (otherIndex, other) in names.enumerated() {
                #expect((ExactName(name) < ExactName(other)) == (index < otherIndex))
                #expect((ExactName(name) == ExactName(other)) == (index == otherIndex))
            }
        }
        #expect("\(ExactName("loss"))" == "loss" && ExactName("loss").string == "loss")
    }
}
