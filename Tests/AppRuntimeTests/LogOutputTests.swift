import HostSystem
import Synchronization
import Testing

@testable import AppRuntime

@Suite("Guests' standard error")
struct LogOutputTests {
    private final class Lines: GuestLog {
        private let state = Mutex<[String]>([])
        var all: [String] { state.withLock { $0 } }

        func guestWrote(_ lines: [String], component: String, requestID: String) {
            state.withLock { $0 += lines.map { "\(component) \(requestID) \($0)" } }
        }
    }

    private let lines = Lines()

    private func output(bytesMax: Int = 1_000_000) -> LogOutput {
        LogOutput(log: lines, component: "c", requestID: "r", bytesMax: bytesMax)
    }

    private func write(_ text: String, to output: LogOutput) {
        let bytes = Array(text.utf8)
        #expect(output.write(bytes.span.bytes) == bytes.count, "a guest never waits for its log")
    }

    @Test func `lines are handed on when they are whole`() {
        let output = output()
        write("one\ntw", to: output)
        #expect(lines.all == ["c r one"])
        write("o\r\n\nthree", to: output)
        #expect(lines.all == ["c r one", "c r two", "c r "])
        output.finish()
        #expect(lines.all.last == "c r three")
    }

    @Test func `a line without an end is cut into pieces`() {
        let output = output()
        write(String(repeating: "x", count: 20_000), to: output)
        output.finish()
        #expect(lines.all.count == 3)
        #expect(lines.all.allSatisfy { $0.utf8.count <= 8_196 })
        #expect(lines.all.map { $0.count { $0 == "x" } }.reduce(0, +) == 20_000)
    }

    @Test func `what is over the limit is dropped, counted, and said once`() {
        let output = output(bytesMax: 10)
        for _ in 0..<5 { write("12345\n", to: output) }
        output.finish()
        #expect(
            lines.all == [
                "c r 12345", "c r 1234",
                "c r [20 more bytes were dropped: the log limit of one instance is reached]",
            ])
    }

    @Test func `bytes that are no text are mended, and controls are left for the reader`() {
        let output = output()
        let bytes: [UInt8] = [0x61, 0xff, 0x62, 0x0a]
        #expect(output.write(bytes.span.bytes) == 4)
        #expect(lines.all == ["c r a\u{fffd}b"])
    }

    @Test func `silence leaves nothing`() {
        output().finish()
        #expect(lines.all == [])
    }
}
