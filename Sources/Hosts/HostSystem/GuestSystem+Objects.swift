/// What WASI 0.2 and 0.3 ask for: they have no rights, only ways to open, and no descriptor numbers that a guest sees.
extension GuestSystem {
    /// The preopened folders: their descriptors, and where the guest sees them.
    public var preopens: [(number: UInt32, name: String)] {
        plan.descriptors.indices.compactMap { index in
            plan.descriptors[index]?.preopenName.map { (UInt32(index), $0) }
        }
    }

    /// Opens `path` beneath the folder `number` for reading, for writing, or to look at.
    ///
    /// A folder that is opened allows what the one it was found beneath does.
    public func open(
        _ number: UInt32, _ path: String, _ options: HostOpenOptions, reads: Bool, writes: Bool,
        flags: HostDescriptorFlags, for guest: some HostWaiting
    ) throws(HostFailure) -> UInt32 {
        let opening: Opening
        do {
            opening = try self.opening(number, path, options, reads: reads, writes: writes, flags: flags)
        } catch { throw .code(error) }
        return try finish(opening, for: guest)
    }

    /// The same, checked and not begun.
    package func opening(
        _ number: UInt32, _ path: String, _ options: HostOpenOptions, reads: Bool, writes: Bool,
        flags: HostDescriptorFlags
    ) throws(HostError) -> Opening {
        var rights = HostRights.directory.union(.file).subtracting(.needsWriting)
            .subtracting([.fileRead, .fileReadDirectory])
        if reads || !writes { rights.insert(.fileReadDirectory) }
        if reads { rights.insert(.fileRead) }
        if writes { rights.formUnion(.needsWriting) }
        return try opening(
            number, path, options, rights: rights, inheriting: try descriptor(number).inheriting, flags: flags
        )
    }

    /// Whether a descriptor may be read, written, and used to change what is beneath it.
    public func ways(
        _ number: UInt32
    ) throws(HostError) -> (reads: Bool, writes: Bool, changes: Bool) {
        let descriptor = try descriptor(number)
        let rights = descriptor.rights
        if case .directory = descriptor.kind {
            return (rights.contains(.fileReadDirectory), false, rights.contains(.pathCreateFile))
        }
        return (rights.contains(.fileRead), rights.contains(.fileWrite), false)
    }

    /// A reader of a folder's names, at the first.
    public func directoryStream(
        _ number: UInt32, for guest: some HostWaiting
    ) throws(HostFailure) -> HostDirectoryStream {
        let directory: HostDirectory
        do { directory = try self.directory(number, .fileReadDirectory) } catch { throw .code(error) }
        return try offLoop(guest) { () throws(HostError) in try HostDirectoryStream(directory) }
    }

    /// The next names of a stream behind `cookie`; empty at the end.
    public func entries(
        of stream: HostDirectoryStream, after cookie: UInt64, for guest: some HostWaiting
    ) throws(HostFailure) -> ArraySlice<HostDirectoryEntry> {
        try offLoop(guest) { () throws(HostError) in try stream.entries(after: cookie) }
    }

    /// Bytes at an offset, at most `count`; empty at the end of the file.
    public func readBytes(
        _ number: UInt32, count: UInt64, at offset: UInt64, for guest: some HostWaiting
    ) throws(HostFailure) -> [UInt8] {
        let file: HostFile
        do { file = try self.file(number, [.fileRead, .fileSeek]) } catch { throw .code(error) }
        guard let place = Int64(exactly: offset) else { throw .code(.invalid) }
        let count = Int(min(count, UInt64(plan.limits.transferBytes)))
        var bytes = [UInt8](repeating: 0, count: count)
        let done: Int?
        do {
            done = try bytes.withMutableRawSpan { (span) throws(HostError) in
                try readNow(file, into: &span, at: place)
            }
        } catch { throw .code(error) }
        guard let done else { return try read(file, count: count, at: place, for: guest) }
        bytes.removeLast(count - done)
        return bytes
    }

    /// Writes what goes in one piece at an offset, and gives how much that was.
    public func writeBytes(
        _ number: UInt32, _ bytes: RawSpan, at offset: UInt64, for guest: some HostWaiting
    ) throws(HostFailure) -> Int {
        let file: HostFile
        do { file = try self.file(number, [.fileWrite, .fileSeek]) } catch { throw .code(error) }
        guard let place = Int64(exactly: offset),
            !place.addingReportingOverflow(Int64(bytes.byteCount)).overflow
        else { throw .code(.invalid) }
        let piece = bytes.extracting(first: min(bytes.byteCount, plan.limits.transferBytes))
        do {
            if let done = try writeNow(file, piece, at: place) { return done }
        } catch { throw .code(error) }
        return try write(file, piece.copied(), at: place, for: guest)
    }

    /// A file, pipe or device as input, files from an offset on.
    public func input(
        _ number: UInt32, from offset: UInt64, for guest: some HostWaiting
    ) throws(HostError) -> any GuestInput {
        switch try source(number) {
        case .file(let file): FileInput(file, from: offset, plan: plan, on: guest.eventLoop)
        case .stream(let stream): stream
        }
    }

    /// A file, pipe or device as output, files from an offset on or at their end for nil.
    public func output(
        _ number: UInt32, from offset: UInt64?, for guest: some HostWaiting
    ) throws(HostError) -> any GuestOutput {
        switch try sink(number) {
        case .file(let file): FileOutput(file, from: offset, plan: plan, on: guest.eventLoop)
        case .stream(let stream): stream
        }
    }
}
