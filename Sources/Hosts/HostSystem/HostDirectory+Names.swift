#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Operations on names: everything but opening.
extension HostDirectory {
    /// The status of what `path` names; of the link itself unless `followsLinks`.
    ///
    /// With `isCachedOnly` fails with `wouldBlock` where a disk might have to be asked.
    public func status(
        of path: String, followsLinks: Bool, isCachedOnly: Bool = false
    ) throws(HostError) -> HostFileStatus {
        let path = try GuestPath(path, limits: limits)
        if resolution == .walk {
            if isCachedOnly { throw .wouldBlock }
            var walk = PathWalk(root: descriptor, limits: limits)
            let place = try walk.find(path.text, followLast: followsLinks || path.hasTrailingSlash)
            let status = try SystemCall.status(place.directory, place.name)
            if place.hasTrailingSlash && status.type != .directory { throw .notDirectory }
            return status
        }
        let flags = SystemCall.pathOnly | (followsLinks ? 0 : O_NOFOLLOW)
        let opened = try openBeneath(path, flags, isCachedOnly: isCachedOnly)
        defer { SystemCall.close(opened) }
        return try SystemCall.status(opened)
    }

    /// Sets the times of what `path` names; of the link itself unless `followsLinks`.
    public func setTimes(
        of path: String, followsLinks: Bool, accessed: HostFileTime, modified: HostFileTime
    ) throws(HostError) {
        try requireWritable()
        let path = try GuestPath(path, limits: limits)
        // The walk ends at a name that is no link; were it made one meanwhile, the link's own times change.
        var walk = PathWalk(root: descriptor, limits: limits)
        let place = try walk.find(path.text, followLast: followsLinks || path.hasTrailingSlash)
        if place.hasTrailingSlash, try SystemCall.status(place.directory, place.name).type != .directory {
            throw .notDirectory
        }
        try SystemCall.setTimes(place.directory, place.name, accessed: accessed, modified: modified)
    }

    /// Makes a folder.
    public func createDirectory(_ path: String) throws(HostError) {
        try requireWritable()
        let path = try GuestPath(path, limits: limits)
        try refuseDots(path, .exists)
        try withParent(of: path) { (parent) throws(HostError) in
            try SystemCall.makeDirectory(parent, path.nameAsWritten)
        }
    }

    /// Whether a path that names a folder leads out of this one, by a link that is its last name.
    private func leadsOut(_ path: GuestPath) -> Bool {
        do {
            _ = try status(of: path.text, followsLinks: true)
            return false
        } catch { return error == .notPermitted }
    }

    /// Removes an empty folder.
    public func removeDirectory(_ path: String) throws(HostError) {
        try requireWritable()
        let path = try GuestPath(path, limits: limits)
        try refuseDots(path, path.name == "." ? .invalid : .notEmpty)
        if path.hasTrailingSlash, leadsOut(path) { throw .notPermitted }
        try withParent(of: path) { (parent) throws(HostError) in
            try SystemCall.remove(parent, path.nameAsWritten, isDirectory: true)
        }
    }

    /// Removes a name that is not a folder's.
    public func unlink(_ path: String) throws(HostError) {
        try requireWritable()
        let path = try GuestPath(path, limits: limits)
        try refuseDots(path, .isDirectory)
        try withParent(of: path) { (parent) throws(HostError) in
            try SystemCall.remove(parent, path.nameAsWritten, isDirectory: false)
        }
    }

    /// Gives what `path` names the name `newPath` beneath `directory`, replacing what the system lets it replace.
    public func rename(
        _ path: String, to directory: HostDirectory, _ newPath: String
    ) throws(HostError) {
        try requireWritable()
        try directory.requireWritable()
        let path = try GuestPath(path, limits: limits)
        let newPath = try GuestPath(newPath, limits: directory.limits)
        try refuseDots(path, .busy)
        try directory.refuseDots(newPath, .busy)
        try withParent(of: path) { (parent) throws(HostError) in
            try directory.withParent(of: newPath) { (newParent) throws(HostError) in
                try SystemCall.rename(parent, path.nameAsWritten, to: newParent, newPath.nameAsWritten)
            }
        }
    }

    /// Gives a file a second name. Needs both folders writable: who can write through the new name changes the old one's
    /// content.
    public func link(
        _ path: String, followsLinks: Bool, to directory: HostDirectory, _ newPath: String
    ) throws(HostError) {
        try requireWritable()
        try directory.requireWritable()
        let path = try GuestPath(path, limits: limits)
        let newPath = try GuestPath(newPath, limits: directory.limits)
        try directory.refuseDots(newPath, .exists)
        // Never the system's own following: it would leave the folder.
        var walk = PathWalk(root: descriptor, limits: limits)
        let place = try walk.find(path.text, followLast: followsLinks || path.hasTrailingSlash)
        if place.name == "." { throw .notPermitted }
        if place.hasTrailingSlash {
            let type = try SystemCall.status(place.directory, place.name).type
            throw type == .directory ? .notPermitted : .notDirectory
        }
        try directory.withParent(of: newPath) { (newParent) throws(HostError) in
            try SystemCall.link(place.directory, place.name, to: newParent, newPath.nameAsWritten)
        }
    }

    /// Makes a symbolic link with the text `target`, which must be relative. Where it leads is decided when it is
    /// followed.
    public func createSymbolicLink(_ path: String, to target: String) throws(HostError) {
        try requireWritable()
        if target.utf8.first == UInt8(ascii: "/") { throw .notPermitted }
        if target.utf8.contains(0) { throw .invalid }
        if target.utf8.count > limits.pathBytes { throw .nameTooLong }
        let path = try GuestPath(path, limits: limits)
        try refuseDots(path, .exists)
        try withParent(of: path) { (parent) throws(HostError) in
            try SystemCall.symbolicLink(target, parent, path.nameAsWritten)
        }
    }

    /// The text of a symbolic link.
    public func readSymbolicLink(_ path: String) throws(HostError) -> [UInt8] {
        let path = try GuestPath(path, limits: limits)
        try refuseDots(path, .invalid)
        if path.hasTrailingSlash {
            let type = try status(of: path.text, followsLinks: true).type
            throw type == .directory ? .invalid : .notDirectory
        }
        return try withParent(of: path) { (parent) throws(HostError) in
            try SystemCall.readLink(parent, path.name)
        }
    }
}
