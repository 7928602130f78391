import AppModel
import Testing

/// Field values that are not UTF-8, as strings and back.
@Suite struct FieldTextTests {
    private func bytes(_ text: String) -> [UInt8] { FieldText.bytes(of: text) ?? Array(text.utf8) }

    @Test func `text stands for itself`() {
        for text in ["", "plain", "größer", "日本", "\u{10FE00}\u{FFFD}"] {
            #expect(FieldText.text(of: Array(text.utf8)) == text && FieldText.bytes(of: text) == nil)
            #expect(FieldText.text(of: text) == text)
        }
    }

    @Test func `any bytes come back unchanged`() {
        for value in UInt8.min...UInt8.max {
            #expect(bytes(FieldText.text(of: [0x61, value])) == [0x61, value])
        }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let alphabet: [UInt8] = [0x61, 0xc3, 0xbc, 0x80, 0xf4, 0x8f, 0xbe, 0xbf, 0xff]
            let value = (0..<6).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            #expect(bytes(FieldText.text(of: value)) == value)
        }
    }

    @Test func `scalars that stand for bytes are not taken for bytes where they came as text`() {
        let text = "a\u{10FF8A}\u{10FFFF}ä"
        #expect(FieldText.bytes(of: text) == [0x61, 0x8a, 0xff, 0xc3, 0xa4])
        #expect(bytes(FieldText.text(of: text)) == Array(text.utf8))
    }

    @Test func `no control character comes out of a string without one`() {
        for scalar in UInt32(0x10FF00)...0x10FFFF {
            let text = Unicode.Scalar(scalar).map { String($0) } ?? ""
            #expect(bytes(text).allSatisfy { $0 >= 0x80 })
        }
    }
}
