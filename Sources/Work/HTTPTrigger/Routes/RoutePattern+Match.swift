extension RoutePattern {
    /// A successful match.
    struct Outcome {
        /// What the wildcard took, `nil` without one.
        var wildcard: Range<Int>?
    }

    /// Matches the part `range` of a path, which has no slash at either end. Allocates nothing.
    func match(_ path: borrowing Span<UInt8>, in range: Range<Int>) -> Outcome? {
        var outcome = Outcome()
        let matched = walk(path, in: range) { segment, taken in
            if segment == .wildcard { outcome.wildcard = taken }
        }
        return matched ? outcome : nil
    }

    /// Names and values of the parameters, when the path matches.
    func parameters(in path: borrowing String) -> [RouteParameter] {
        let text = copy path
        let slash = UInt8(ascii: "/")
        let bytes = text.utf8Span.span
        var range = 0..<bytes.count
        while !range.isEmpty, bytes[range.lowerBound] == slash {
            range = range.lowerBound + 1..<range.upperBound
        }
        while !range.isEmpty, bytes[range.upperBound - 1] == slash {
            range = range.lowerBound..<range.upperBound - 1
        }
        var taken: [(String, Range<Int>)] = []
        let matched = walk(bytes, in: range) { segment, range in
            if case .parameter(let name) = segment { taken.append((name, range)) }
        }
        guard matched else { return [] }
        return taken.map { name, range in
            let start = text.utf8.index(text.startIndex, offsetBy: range.lowerBound)
            let end = text.utf8.index(start, offsetBy: range.count)
            return RouteParameter(name: name, value: String(text[start..<end]))
        }
    }

    private func walk(
        _ path: borrowing Span<UInt8>, in range: Range<Int>, took: (Segment, Range<Int>) -> Void
    ) -> Bool {
        let end = range.upperBound
        var position = range.lowerBound
        for index in segments.indices {
            let isLast = index + 1 == segments.count
            switch segments[index] {
            case .exact(let text):
                guard end - position >= text.count else { return false }
                for offset in 0..<text.count where path[position + offset] != text[offset] { return false }
                position += text.count
            case .slash:
                if position < end, path[position] == UInt8(ascii: "/") {
                    position += 1
                } else {
                    // `/a/...` also stands for `/a` itself.
                    guard position == end, !isLast, segments[index + 1] == .wildcard else { return false }
                }
            case .dot:
                guard position < end, path[position] == UInt8(ascii: ".") else { return false }
                position += 1
            case .parameter:
                let stopsAtDot = !isLast && segments[index + 1] == .dot
                // As in Spin a parameter may be empty inside a path (`/a//b`), but not at its end.
                guard position < end else { return false }
                let start = position
                while position < end, path[position] != UInt8(ascii: "/"),
                    !(stopsAtDot && path[position] == UInt8(ascii: "."))
                {
                    position += 1
                }
                took(segments[index], start..<position)
            case .wildcard:
                took(.wildcard, position..<end)
                position = end
            }
        }
        return position == end
    }
}
