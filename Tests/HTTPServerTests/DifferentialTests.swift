import NIOCore
import TestSupport
import Testing

@Suite struct DifferentialTests {
    static let seeds = FramingVector.all.filter { $0.bytes.utf8.count < 300 }.map { Array($0.bytes.utf8) }
    static let interesting: [[UInt8]] = [
        [0x0d], [0x0a], [0x0d, 0x0a], [0x20], [0x09], [0x00], [0x3a], [0x3b], [0x2c], [0x30], [0x35], [0x7f],
        [0x80],
        Array("Content-Length: 5\r\n".utf8), Array("Transfer-Encoding: chunked\r\n".utf8),
        Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8), Array("0\r\n\r\n".utf8), Array("chunked".utf8),
    ]

    /// Whatever is accepted here must mean the same to a widely used reader, else the two could be played off
    /// against each other. (The other direction is free: being stricter is the point.)
    @Test("NIO's decoder agrees with every accepted request", arguments: 1...8)
    func agreesWithNIO(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed) &* 0x9e37_79b9_7f4a_7c15)
        var accepted = 0
        for _ in 0..<600 {
            var bytes = Self.seeds.randomElement(using: &generator)!
            for _ in 0..<Int.random(in: 0...3, using: &generator) { Self.mutate(&bytes, using: &generator) }
            guard let ours = ReferenceReader.readStrictly(bytes, step: 9999), !ours.isEmpty else { continue }
            accepted += 1
            let theirs = ReferenceReader.readWithNIO(bytes)
            // Their reader may refuse what comes behind our last whole request, never less.
            #expect(
                theirs == nil || theirs == ours, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
            #expect(
                ours == ReferenceReader.readStrictly(bytes, step: Int.random(in: 1...7, using: &generator)))
        }
        #expect(accepted > 20)
    }

    static func mutate(_ bytes: inout [UInt8], using generator: inout SeededGenerator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
        case 1: bytes.remove(at: index)
        case 2: bytes.insert(contentsOf: interesting.randomElement(using: &generator)!, at: index)
        default: bytes[index] = interesting.randomElement(using: &generator)![0]
        }
        if bytes.isEmpty { bytes = [0x0a] }
    }
}
