/// The outcome of a match: which trigger, and what the wildcard took.
public struct RouteMatch: Sendable, Equatable {
    /// Position of the route in its table.
    let entry: Int
    /// Position of the trigger in the array that the table was made from.
    public let triggerIndex: Int
    /// `nil` when the route has no wildcard.
    let rest: Rest?

    /// Where the path info lies in the path.
    struct Rest: Sendable, Equatable {
        let range: Range<Int>
        /// True when the byte before `range` is no slash, so that one must be added.
        let needsSlash: Bool

        /// The wildcard took `taken`, which excludes slashes at the end of the path; one of them belongs to the
        /// path info, as does the slash before.
        init(range taken: Range<Int>, of path: borrowing Span<UInt8>) {
            let slash = UInt8(ascii: "/")
            let endsInSlash = path.count > 0 && path[path.count - 1] == slash
            if taken.isEmpty {
                range = endsInSlash ? path.count - 1..<path.count : 0..<0
                needsSlash = false
            } else {
                let hasSlashBefore = taken.lowerBound > 0 && path[taken.lowerBound - 1] == slash
                let start = hasSlashBefore ? taken.lowerBound - 1 : taken.lowerBound
                range = start..<taken.upperBound + (endsInSlash ? 1 : 0)
                needsSlash = !hasSlashBefore
            }
        }
    }

    /// The part of the path that the wildcard took (`spin-path-info`), with a slash in front and with the slash
    /// at the end that the path has. Empty for a route without a wildcard. `path` is the path that was matched.
    public func pathInfo(in path: String) -> String {
        guard let rest, rest.range.upperBound <= path.utf8.count else { return "" }
        let start = path.utf8.index(path.startIndex, offsetBy: rest.range.lowerBound)
        let end = path.utf8.index(start, offsetBy: rest.range.count)
        let text = path[start..<end]
        return rest.needsSlash ? "/" + text : String(text)
    }
}
