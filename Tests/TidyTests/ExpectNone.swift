import Testing

/// Fails with a line for each problem, and what to do about them.
func expectNone(_ problems: [String], _ advice: String = "", at place: SourceLocation = #_sourceLocation) {
    guard !problems.isEmpty else { return }
    let lines = problems.prefix(40).joined(separator: "\n")
    let rest = problems.count > 40 ? "\nand \(problems.count - 40) more" : ""
    Issue.record("\(lines)\(rest)\n\(advice)", sourceLocation: place)
}
