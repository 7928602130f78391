#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Finds a name beneath a folder one component at a time, never letting the system follow a link: for kernels without
/// `openat2`, and where the place of a link's target is wanted.
///
/// Each folder on the way stays open, so `..` goes back to the folder that was really come from, whatever others rename
/// meanwhile, and there is nothing above the first.
struct PathWalk: ~Copyable {
    private let root: Int32
    private var opened: [Int32] = []
    private var linksLeft: Int
    private let depthMax: Int

    init(root: Int32, limits: HostSystemLimits) {
        self.root = root
        linksLeft = limits.symbolicLinks
        depthMax = limits.pathDepth
    }

    deinit { for descriptor in opened { SystemCall.close(descriptor) } }

    /// The folder that holds the name, and the name; `.` for the folder itself. It is open as long as the walk lives.
    struct Place {
        let directory: Int32
        let name: String
        let hasTrailingSlash: Bool
    }

    private var current: Int32 { opened.last ?? root }

    /// Walks to the last name of `path`; with `followLast` on to where a symbolic link of that name leads.
    mutating func find(_ path: String, followLast: Bool) throws(HostError) -> Place {
        var ahead = Self.components(of: path)
        var hasTrailingSlash = path.utf8.last == UInt8(ascii: "/")
        while let component = ahead.popLast() {
            let isLast = ahead.isEmpty
            if component == ".." {
                guard let left = opened.popLast() else { throw .notPermitted }
                SystemCall.close(left)
                if isLast { break }
                continue
            }
            if component == "." {
                if isLast { break }
                continue
            }
            if isLast && !followLast && !hasTrailingSlash {
                return Place(directory: current, name: component, hasTrailingSlash: false)
            }
            if let target = try link(component) {
                linksLeft -= 1
                if linksLeft < 0 { throw .symbolicLinkLoop }
                if target.utf8.first == UInt8(ascii: "/") { throw .notPermitted }
                if isLast, target.utf8.last == UInt8(ascii: "/") { hasTrailingSlash = true }
                ahead.append(contentsOf: Self.components(of: target))
                continue
            }
            if isLast {
                return Place(directory: current, name: component, hasTrailingSlash: hasTrailingSlash)
            }
            try enter(component)
        }
        return Place(directory: current, name: ".", hasTrailingSlash: false)
    }

    /// Walks into the folder that `path` leads to.
    mutating func enterAll(_ path: String) throws(HostError) -> Int32 {
        let place = try find(path, followLast: true)
        if place.name != "." { try enter(place.name) }
        return current
    }

    private mutating func enter(_ name: String) throws(HostError) {
        if opened.count >= depthMax { throw .nameTooLong }
        let flags = SystemCall.pathOnly | O_DIRECTORY | O_NOFOLLOW
        opened.append(try SystemCall.open(at: current, name, flags))
    }

    /// The text of the symbolic link `name` in the current folder, nil where it is none or does not exist.
    private func link(_ name: String) throws(HostError) -> String? {
        let bytes: [UInt8]
        do { bytes = try SystemCall.readLink(current, name) } catch {
            if error == .invalid || error == .noEntry { return nil }
            throw error
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .illegalByteSequence }
        if text.isEmpty { throw .noEntry }
        return text
    }

    /// The names on the way, last first.
    private static func components(of path: String) -> [String] {
        path.utf8.split(separator: UInt8(ascii: "/")).reversed().map { String(Substring($0)) }
    }
}
