/// File work: what may wait for a disk leaves the event loop where the plan says so.
extension GuestSystem {
    /// Runs work that may wait for a disk.
    func offLoop<Value: Sendable>(
        _ guest: some HostWaiting, _ work: @escaping @Sendable () throws(HostError) -> Value
    ) throws(HostFailure) -> Value {
        try plan.files.run(for: guest, work)
    }

    /// Does prepared work while the guest waits.
    private func waiting<Value: Sendable>(
        _ guest: some HostWaiting, for prepare: () throws(HostError) -> FileWork<Value>
    ) throws(HostFailure) -> Value {
        let work: FileWork<Value>
        do { work = try prepare() } catch { throw .code(error) }
        return try work.value(for: guest, by: plan.files)
    }

    // MARK: - Descriptors

    /// Opens `path` beneath the folder `number` and gives the new descriptor.
    ///
    /// - Parameters:
    ///   - rights: wanted for the new descriptor. Those that the folder does not pass on, or that make no sense for what is
    ///     opened, are left out, as guests ask for all that exist; without the right to read or to write where that is
    ///     wanted, opening fails.
    ///   - options: `reads`, `writes`, `appends` and `syncs` are decided here, from `rights` and `flags`.
    public func open(
        _ number: UInt32, _ path: String, _ options: HostOpenOptions, rights: HostRights,
        inheriting: HostRights,
        flags: HostDescriptorFlags, for guest: some HostWaiting
    ) throws(HostFailure) -> UInt32 {
        let opening: Opening
        do {
            opening = try self.opening(
                number, path, options, rights: rights, inheriting: inheriting, flags: flags)
        } catch { throw .code(error) }
        return try finish(opening, for: guest)
    }

    /// Opens while the guest waits.
    func finish(_ opening: Opening, for guest: some HostWaiting) throws(HostFailure) -> UInt32 {
        let opened = try opening.work.value(for: guest, by: plan.files)
        do { return try insert(opened, of: opening) } catch { throw .code(error) }
    }

    /// Opening that was checked and has not begun.
    package struct Opening {
        /// What remains to be done.
        package let work: FileWork<HostOpened>
        fileprivate let plan: OpenPlan
        fileprivate let inheriting: HostRights
        fileprivate let flags: HostDescriptorFlags
    }

    /// Checks what ``open(_:_:_:rights:inheriting:flags:for:)`` does.
    package func opening(
        _ number: UInt32, _ path: String, _ options: HostOpenOptions, rights: HostRights,
        inheriting: HostRights, flags: HostDescriptorFlags
    ) throws(HostError) -> Opening {
        let plan = try planOpening(number, options, rights: rights, flags: flags)
        try requireRoom()
        let (directory, full) = (plan.directory, plan.options)
        let work = FileWork<HostOpened>(cachedFirst: { (isCachedOnly) throws(HostError) in
            if isCachedOnly, full.creates || full.truncates { throw .wouldBlock }
            return try directory.open(path, full, isCachedOnly: isCachedOnly)
        })
        return Opening(work: work, plan: plan, inheriting: inheriting, flags: flags)
    }

    /// Gives the guest what was opened.
    package func insert(_ opened: HostOpened, of opening: Opening) throws(HostError) -> UInt32 {
        let plan = opening.plan
        var descriptor: HostDescriptor
        switch opened {
        case .file(let file):
            descriptor = HostDescriptor(.file(file), rights: plan.rights.intersection(.file))
        case .stream(let stream):
            descriptor = HostDescriptor(.stream(stream), rights: plan.rights.intersection(.stream))
        case .directory(let directory):
            descriptor = HostDescriptor(
                .directory(directory), rights: plan.rights.intersection(.directory),
                inheriting: opening.inheriting.intersection(plan.inheriting))
        }
        descriptor.flags = opening.flags
        return try insert(descriptor)
    }

    fileprivate struct OpenPlan {
        let directory: HostDirectory
        let options: HostOpenOptions
        let rights: HostRights
        let inheriting: HostRights
    }

    private func planOpening(
        _ number: UInt32, _ options: HostOpenOptions, rights: HostRights, flags: HostDescriptorFlags
    ) throws(HostError) -> OpenPlan {
        var needed = HostRights.pathOpen
        if options.creates { needed.insert(.pathCreateFile) }
        if options.truncates { needed.insert(.pathSetSize) }
        let directory = try directory(number, needed)
        let inheriting = try descriptor(number).inheriting
        var passedOn: HostRights = []
        if rights.contains(.fileRead) { passedOn.insert(.fileRead) }
        if rights.contains(.fileWrite) { passedOn.insert(.fileWrite) }
        if flags.contains(.dataSync) { passedOn.insert(.fileDataSync) }
        if !flags.isDisjoint(with: [.sync, .readSync]) { passedOn.insert(.fileSync) }
        if !inheriting.isSuperset(of: passedOn) {
            throw directory.access == .readOnly && passedOn.contains(.fileWrite) ? .readOnly : .notCapable
        }
        let granted = rights.intersection(inheriting)
        var options = options
        options.writes = !granted.isDisjoint(with: .needsWriting)
        options.reads = !options.writes || !granted.isDisjoint(with: [.fileRead, .fileReadDirectory])
        options.appends = flags.contains(.append)
        options.syncs = !flags.isDisjoint(with: [.sync, .readSync])
        options.syncsData = flags.contains(.dataSync)
        return OpenPlan(directory: directory, options: options, rights: granted, inheriting: inheriting)
    }

    /// The status of what a descriptor stands for.
    public func status(_ number: UInt32) throws(HostError) -> HostFileStatus {
        let descriptor = try descriptor(number)
        try descriptor.require(.fileStatus)
        switch descriptor.kind {
        case .file(let file): return try file.status()
        case .directory(let directory): return try directory.status()
        default: return HostFileStatus(type: type(of: descriptor))
        }
    }

    /// Sets the times of what a descriptor stands for.
    public func setTimes(
        _ number: UInt32, accessed: HostFileTime, modified: HostFileTime, for guest: some HostWaiting
    ) throws(HostFailure) {
        try waiting(guest) { () throws(HostError) in
            try settingTimes(number, accessed: accessed, modified: modified)
        }
    }

    /// The same, checked and not begun.
    package func settingTimes(
        _ number: UInt32, accessed: HostFileTime, modified: HostFileTime
    ) throws(HostError) -> FileWork<Void> {
        let descriptor = try descriptor(number)
        switch descriptor.kind {
        case .file(let file):
            try descriptor.require(.fileSetTimes)
            return FileWork { () throws(HostError) in
                try file.setTimes(accessed: accessed, modified: modified)
            }
        case .directory:
            let directory = try directory(number, .fileSetTimes)
            return FileWork { () throws(HostError) in
                try directory.setTimes(accessed: accessed, modified: modified)
            }
        default: throw .invalid
        }
    }

    /// Waits until the descriptor's content, and with `metadata` what is known of it, is on the disk.
    public func sync(_ number: UInt32, metadata: Bool, for guest: some HostWaiting) throws(HostFailure) {
        try waiting(guest) { () throws(HostError) in try syncing(number, metadata: metadata) }
    }

    /// The same, checked and not begun.
    package func syncing(_ number: UInt32, metadata: Bool) throws(HostError) -> FileWork<Void> {
        let needed: HostRights = metadata ? .fileSync : .fileDataSync
        switch try descriptor(number).kind {
        case .directory:
            let directory = try directory(number, needed)
            return FileWork { () throws(HostError) in try directory.sync() }
        default:
            let file = try file(number, needed, else: .invalid)
            return FileWork { () throws(HostError) in metadata ? try file.sync() : try file.syncData() }
        }
    }

    /// The next names of a folder behind `cookie`; empty at the end.
    public func entries(
        _ number: UInt32, after cookie: UInt64, for guest: some HostWaiting
    ) throws(HostFailure) -> ArraySlice<HostDirectoryEntry> {
        let directory: HostDirectory
        do { directory = try self.directory(number, .fileReadDirectory) } catch { throw .code(error) }
        let known = descriptors[Int(number)]?.directoryStream
        let (stream, entries) = try offLoop(guest) { () throws(HostError) in
            let stream: HostDirectoryStream
            if let known { stream = known } else { stream = try HostDirectoryStream(directory) }
            return (stream, try stream.entries(after: cookie))
        }
        if known == nil { descriptors[Int(number)]?.directoryStream = stream }
        return entries
    }

    // MARK: - Content

    /// Reads what can be read without leaving the loop; nil where that has to be.
    public func readNow(
        _ file: HostFile, into bytes: inout MutableRawSpan, at offset: Int64?
    ) throws(HostError) -> Int? {
        plan.files.isOffloading
            ? try file.readCached(into: &bytes, at: offset) : try file.read(into: &bytes, at: offset)
    }

    /// Reads once, off the loop.
    public func read(
        _ file: HostFile, count: Int, at offset: Int64?, for guest: some HostWaiting
    ) throws(HostFailure) -> [UInt8] {
        let count = min(count, plan.limits.transferBytes)
        return try offLoop(guest) { () throws(HostError) in try file.read(count: count, at: offset) }
    }

    /// Writes what can be written without leaving the loop; nil where that has to be.
    public func writeNow(_ file: HostFile, _ bytes: RawSpan, at offset: Int64?) throws(HostError) -> Int? {
        plan.files.isOffloading ? try file.writeCached(bytes, at: offset) : try file.write(bytes, at: offset)
    }

    /// Writes once, off the loop.
    public func write(
        _ file: HostFile, _ bytes: [UInt8], at offset: Int64?, for guest: some HostWaiting
    ) throws(HostFailure) -> Int {
        try offLoop(guest) { () throws(HostError) in try file.write(bytes, at: offset) }
    }

    /// Changes a file's size.
    public func setSize(_ number: UInt32, _ size: UInt64, for guest: some HostWaiting) throws(HostFailure) {
        try waiting(guest) { () throws(HostError) in try settingSize(number, size) }
    }

    /// The same, checked and not begun.
    package func settingSize(_ number: UInt32, _ size: UInt64) throws(HostError) -> FileWork<Void> {
        let file = try self.file(number, .fileSetSize, else: .invalid)
        return FileWork { () throws(HostError) in try file.setSize(size) }
    }

    /// Sees to it that a file has room.
    public func allocate(
        _ number: UInt32, offset: UInt64, count: UInt64, for guest: some HostWaiting
    ) throws(HostFailure) {
        let file: HostFile
        do { file = try self.file(number, .fileAllocate) } catch { throw .code(error) }
        try offLoop(guest) { () throws(HostError) in try file.allocate(offset: offset, count: count) }
    }

    // MARK: - Names

    /// The status of what `path` names.
    public func status(
        _ number: UInt32, _ path: String, followsLinks: Bool, for guest: some HostWaiting
    ) throws(HostFailure) -> HostFileStatus {
        try waiting(guest) { () throws(HostError) in
            try askingStatus(number, path, followsLinks: followsLinks)
        }
    }

    /// The same, checked and not begun.
    package func askingStatus(
        _ number: UInt32, _ path: String, followsLinks: Bool
    ) throws(HostError) -> FileWork<HostFileStatus> {
        let directory = try directory(number, .pathStatus)
        return FileWork(cachedFirst: { (isCachedOnly) throws(HostError) in
            try directory.status(of: path, followsLinks: followsLinks, isCachedOnly: isCachedOnly)
        })
    }

    /// Work on the names beneath one folder.
    public func onNames<Value: Sendable>(
        _ number: UInt32, _ needed: HostRights, for guest: some HostWaiting,
        _ work: @escaping @Sendable (HostDirectory) throws(HostError) -> Value
    ) throws(HostFailure) -> Value {
        try waiting(guest) { () throws(HostError) in try onNames(number, needed, work) }
    }

    /// The same, checked and not begun.
    package func onNames<Value: Sendable>(
        _ number: UInt32, _ needed: HostRights,
        _ work: @escaping @Sendable (HostDirectory) throws(HostError) -> Value
    ) throws(HostError) -> FileWork<Value> {
        let directory = try directory(number, needed)
        return FileWork { () throws(HostError) in try work(directory) }
    }

    /// Work on the names beneath two folders.
    public func onNames<Value: Sendable>(
        _ number: UInt32, _ needed: HostRights, and second: UInt32, _ secondNeeded: HostRights,
        for guest: some HostWaiting,
        _ work: @escaping @Sendable (HostDirectory, HostDirectory) throws(HostError) -> Value
    ) throws(HostFailure) -> Value {
        try waiting(guest) { () throws(HostError) in
            try onNames(number, needed, and: second, secondNeeded, work)
        }
    }

    /// The same, checked and not begun.
    package func onNames<Value: Sendable>(
        _ number: UInt32, _ needed: HostRights, and second: UInt32, _ secondNeeded: HostRights,
        _ work: @escaping @Sendable (HostDirectory, HostDirectory) throws(HostError) -> Value
    ) throws(HostError) -> FileWork<Value> {
        let directory = try directory(number, needed)
        let secondDirectory = try self.directory(second, secondNeeded)
        return FileWork { () throws(HostError) in try work(directory, secondDirectory) }
    }
}
