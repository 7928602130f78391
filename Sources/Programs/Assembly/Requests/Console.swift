#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(System)
    import System
#else
    import SystemPackage
#endif
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Standard output and standard error of a command, as whole lines.
public struct Console: Sendable {
    /// What a line is, which decides its colour.
    public enum Style: Sendable, Equatable {
        case plain
        case error
        case warning
        case heading
    }

    /// True when lines on standard error may have colours.
    public let hasColour: Bool
    private let writeOutput: @Sendable (String) -> Void
    private let writeError: @Sendable (String) -> Void

    /// A console that hands its text to functions.
    public init(
        hasColour: Bool, output: @escaping @Sendable (String) -> Void,
        error: @escaping @Sendable (String) -> Void
    ) {
        self.hasColour = hasColour
        writeOutput = output
        writeError = error
    }

    /// The console of this process. Standard error has colours when it is a terminal and `NO_COLOR` is not set.
    public static func process() -> Console {
        let environment = ProcessInfo.processInfo.environment
        let isPlain = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        let hasColour = isatty(STDERR_FILENO) == 1 && !isPlain && environment["TERM"] != "dumb"
        return Console(
            hasColour: hasColour, output: { write($0, to: .standardOutput) },
            error: { write($0, to: .standardError) })
    }

    private static func write(_ text: String, to descriptor: FileDescriptor) {
        // Nobody is there to be told when standard output or standard error is closed.
        _ = try? descriptor.writeAll(text.utf8)
    }

    /// Writes a line to standard output.
    public func output(_ line: String) {
        writeOutput(line + "\n")
    }

    /// Writes a line to standard error.
    public func error(_ line: String, style: Style = .plain) {
        writeError(styled(line, style) + "\n")
    }

    /// Writes `label: text` to standard error, with the label in the style's colour.
    public func error(label: String, _ text: String, style: Style) {
        writeError(styled(label + ":", style) + " " + text + "\n")
    }

    /// Writes a value to standard output as one line of JSON, with sorted keys.
    public func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        output(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    private func styled(_ text: String, _ style: Style) -> String {
        guard hasColour else { return text }
        switch style {
        case .plain: return text
        case .error: return "\u{1B}[1;31m\(text)\u{1B}[0m"
        case .warning: return "\u{1B}[1;33m\(text)\u{1B}[0m"
        case .heading: return "\u{1B}[1m\(text)\u{1B}[0m"
        }
    }
}
