import Foundation
import Testing

/// The same requests to Martlet and to `wasmtime serve`, by `scripts/differential` and its guest `http-reflect`.
@Suite("Beside wasmtime serve")
struct DifferentialTests {
    @Test func `the same guest gets and gives the same`() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(Built.root)/scripts/differential")
        process.arguments = ["--martlet", Built.martlet]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
        #expect(text.contains("200 equal, 0 different") || text.contains("not run"), "\(text)")
        print(text)
    }
}
