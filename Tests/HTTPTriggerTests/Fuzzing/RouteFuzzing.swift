import AppModel

@testable import HTTPTrigger

/// What the fuzzer does with its bytes here, by the name of the target. A test runs the same over committed inputs.
enum RouteFuzzing {
    static let targets: [String: @Sendable ([UInt8]) -> String?] = ["routes": routes]

    /// Compiles a pattern a line and matches the last line, a path, with each.
    @Sendable static func routes(_ bytes: [UInt8]) -> String? {
        let lines = String(decoding: bytes, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 1, let path = lines.last.map(String.init) else { return nil }
        for line in lines.dropLast() {
            // Not being a route is an answer.
            guard let pattern = try? RoutePattern(String(line)) else { continue }
            let range = 0..<path.utf8.count
            guard let outcome = pattern.match(path.utf8Span.span, in: range) else { continue }
            if let rest = outcome.wildcard, rest.lowerBound < 0 || rest.upperBound > range.upperBound {
                return "the rest lies outside of the path"
            }
            if pattern.isMoreSpecific(than: pattern) { return "a route goes before itself" }
            if pattern.parameters(in: path).contains(where: { $0.value.contains("/") }) {
                return "a parameter took a slash"
            }
        }
        return nil
    }
}
