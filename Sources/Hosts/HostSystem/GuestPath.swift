/// A guest's path, split where every operation on a name needs it: the folder, and the last name in it.
struct GuestPath {
    /// The path as written.
    let text: String
    /// What leads to the last name, or nil where the name is in the folder the path starts from.
    let parent: String?
    /// The last name, without slashes.
    let name: String
    /// Whether slashes follow the name: then it must be a folder's.
    let hasTrailingSlash: Bool

    /// Checks that the path can be looked at all: not empty, relative, no zero byte, not too long.
    init(_ text: String, limits: HostSystemLimits) throws(HostError) {
        let bytes = text.utf8
        guard let first = bytes.first else { throw .noEntry }
        if first == UInt8(ascii: "/") { throw .notPermitted }
        if bytes.count > limits.pathBytes { throw .nameTooLong }
        if bytes.contains(0) { throw .invalid }
        self.text = text
        let slash = UInt8(ascii: "/")
        var end = bytes.endIndex
        while end > bytes.startIndex, bytes[bytes.index(before: end)] == slash {
            end = bytes.index(before: end)
        }
        hasTrailingSlash = end != bytes.endIndex
        let trimmed = bytes[..<end]
        guard let lastSlash = trimmed.lastIndex(of: slash) else {
            parent = nil
            name = hasTrailingSlash ? String(Substring(trimmed)) : text
            return
        }
        parent = String(Substring(trimmed[...lastSlash]))
        name = String(Substring(trimmed[trimmed.index(after: lastSlash)...]))
    }

    /// `.` and `..` name a folder that has its name elsewhere.
    var isDots: Bool { name == "." || name == ".." }

    /// The name as the calls that create or remove it take it: the system's own rules for a trailing slash apply, and
    /// none of those calls follows a symbolic link there.
    var nameAsWritten: String { hasTrailingSlash ? name + "/" : name }
}
