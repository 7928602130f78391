import NIOPosix

/// The system as one running guest sees it: its descriptors, its streams, its arguments and variables.
///
/// Cheap to make: everything that instances can share is in the plan, and the descriptor table is the plan's own until
/// the guest changes it. Confined to the guest's event loop.
public final class GuestSystem {
    /// What it shares with other instances.
    public let plan: HostSystemPlan
    /// Standard input; nil where the guest has none.
    public let input: (any GuestInput)?
    /// Standard output; nil where the guest has none.
    public let output: (any GuestOutput)?
    /// Standard error; nil where the guest has none.
    public let errorOutput: (any GuestOutput)?
    private var seed: (UInt64, UInt64)?
    /// What it has looked up.
    public var learnedNames = LearnedNames()
    /// HTTP requests under way.
    public var outboundRequests = 0
    /// Through how many requests of the application to itself the guest's present work came here.
    public var requestDepth = 0

    /// Made with the first socket.
    lazy var socketQuota = SocketQuota(most: plan.limits.sockets)

    /// Outputs that hold bytes of the guest and go on writing them by themselves.
    private var draining = 0
    private var drained: (() -> Void)?

    private let texts: (any GuestTexts)?
    private var madeEnvironment: EncodedStrings?
    private var madeArguments: EncodedStrings?

    private var ownDescriptors: [HostDescriptor?]?
    private var hasOpened = false

    /// A guest's system.
    ///
    /// - Parameters:
    ///   - arguments: instead of the plan's.
    ///   - texts: makes arguments and variables that are not given here, when the guest first asks for them.
    public init(
        _ plan: HostSystemPlan, input: (any GuestInput)? = nil, output: (any GuestOutput)? = nil,
        errorOutput: (any GuestOutput)? = nil, ownEnvironment: EncodedStrings? = nil,
        arguments: EncodedStrings? = nil, texts: (any GuestTexts)? = nil
    ) {
        self.plan = plan
        self.input = input
        self.output = output
        self.errorOutput = errorOutput
        self.texts = texts
        madeEnvironment = ownEnvironment
        madeArguments = arguments
    }

    /// Variables of this instance alone. They come first, so they win over the plan's.
    public var ownEnvironment: EncodedStrings {
        if let madeEnvironment { return madeEnvironment }
        let made = texts?.environment() ?? EncodedStrings()
        madeEnvironment = made
        return made
    }

    /// Arguments of this instance, the program's name first.
    public var arguments: EncodedStrings {
        if let madeArguments { return madeArguments }
        let made = texts?.arguments() ?? plan.arguments
        madeArguments = made
        return made
    }

    deinit {
        if hasOpened, let ownDescriptors { for descriptor in ownDescriptors { letGo(descriptor) } }
    }

    /// The last one to close a removed file makes the file system free its blocks, which can take long: that is done off
    /// the loop.
    private func letGo(_ descriptor: HostDescriptor?) {
        guard case .offload(let pool) = plan.files, case .file(let file) = descriptor?.kind, file.isRemoved
        else { return }
        pool.submit { _ in withExtendedLifetime(file) {} }
    }

    // MARK: - Bytes on their way

    /// An output was left with bytes that did not go at once.
    package func beginDrain() { draining += 1 }

    /// The bytes are gone, one way or the other.
    package func endDrain() {
        draining -= 1
        if draining == 0 { drained.take()?() }
    }

    /// Calls `body` once all that the guest wrote is where it goes; at once, as a rule. The guest has ended.
    public func whenDrained(_ body: @escaping () -> Void) {
        if draining == 0 { body() } else { drained = body }
    }

    /// Numbers for the guest's hash tables: the same whenever it asks.
    public func insecureSeed() throws(HostError) -> (UInt64, UInt64) {
        if let seed { return seed }
        let made = (try HostRandom.number(), try HostRandom.number())
        seed = made
        return made
    }

    // MARK: - The descriptor table

    /// The plan's, until the guest changes something.
    var descriptors: [HostDescriptor?] {
        get { ownDescriptors ?? plan.descriptors }
        _modify {
            var changed = ownDescriptors.take() ?? plan.descriptors
            defer { ownDescriptors = changed }
            yield &changed
        }
    }

    /// The entry of a descriptor.
    public func descriptor(_ number: UInt32) throws(HostError) -> HostDescriptor {
        guard number < descriptors.count, let descriptor = descriptors[Int(number)] else {
            throw .badDescriptor
        }
        return descriptor
    }

    /// Descriptors open now.
    public var descriptorCount: Int { descriptors.count { $0 != nil } }

    /// Fails with `tooManyDescriptors` where `insert` would.
    func requireRoom() throws(HostError) {
        if descriptors.count >= plan.limits.descriptors, !descriptors.contains(where: { $0 == nil }) {
            throw .tooManyDescriptors
        }
    }

    /// Puts an entry at the lowest free number.
    func insert(_ descriptor: HostDescriptor) throws(HostError) -> UInt32 {
        hasOpened = true
        if let free = descriptors.firstIndex(where: { $0 == nil }) {
            descriptors[free] = descriptor
            return UInt32(free)
        }
        if descriptors.count >= plan.limits.descriptors { throw .tooManyDescriptors }
        descriptors.append(descriptor)
        return UInt32(descriptors.count - 1)
    }

    /// Hands a socket to the guest, before it runs.
    public func add(_ socket: HostSocket) throws(HostError) -> UInt32 {
        try insert(HostDescriptor(.socket(socket), rights: socket.isListening ? .listener : .socket))
    }

    /// Closes a descriptor.
    public func close(_ number: UInt32) throws(HostError) {
        letGo(try descriptor(number))
        descriptors[Int(number)] = nil
    }

    /// Makes `to`, which must be open, stand for what `from` does, and closes `from`.
    public func renumber(_ from: UInt32, to: UInt32) throws(HostError) {
        let moved = try descriptor(from)
        let replaced = try descriptor(to)
        if from == to { return }
        letGo(replaced)
        descriptors[Int(to)] = moved
        descriptors[Int(from)] = nil
    }

    /// Gives rights up.
    public func setRights(
        _ number: UInt32, _ rights: HostRights, inheriting: HostRights
    ) throws(HostError) {
        let descriptor = try descriptor(number)
        guard descriptor.rights.isSuperset(of: rights), descriptor.inheriting.isSuperset(of: inheriting)
        else {
            throw .notCapable
        }
        descriptors[Int(number)]?.rights = rights
        descriptors[Int(number)]?.inheriting = inheriting
    }

    /// Changes a descriptor's flags. Those that are decided when a file is opened stay.
    public func setFlags(_ number: UInt32, _ flags: HostDescriptorFlags) throws(HostError) {
        let descriptor = try descriptor(number)
        try descriptor.require(.fileSetFlags)
        if flags.intersection(.fixed) != descriptor.flags.intersection(.fixed) { throw .notSupported }
        if case .file(let file) = descriptor.kind { try file.setAppending(flags.contains(.append)) }
        descriptors[Int(number)]?.flags = flags
    }

    // MARK: - What a descriptor stands for

    /// The folder of a descriptor that carries `needed`.
    public func directory(_ number: UInt32, _ needed: HostRights) throws(HostError) -> HostDirectory {
        let descriptor = try descriptor(number)
        guard case .directory(let directory) = descriptor.kind else { throw .notDirectory }
        if !descriptor.rights.isSuperset(of: needed) {
            throw directory.access == .readOnly && !needed.isDisjoint(with: .changing)
                ? .readOnly : .notCapable
        }
        return directory
    }

    /// The file of a descriptor that carries `needed`; `other` where it stands for no file.
    public func file(
        _ number: UInt32, _ needed: HostRights, else other: HostError = .invalidSeek
    ) throws(HostError) -> HostFile {
        let descriptor = try descriptor(number)
        switch descriptor.kind {
        case .file(let file):
            try descriptor.require(needed)
            return file
        case .directory: throw .isDirectory
        default: throw other
        }
    }

    /// The socket of a descriptor that carries `needed`.
    public func socket(_ number: UInt32, _ needed: HostRights) throws(HostError) -> HostSocket {
        let descriptor = try descriptor(number)
        guard case .socket(let socket) = descriptor.kind else { throw .notSocket }
        try descriptor.require(needed)
        return socket
    }

    /// Where bytes of a descriptor come from.
    public enum Source {
        /// Something to wait for.
        case stream(any GuestInput)
        /// A file with a position.
        case file(HostFile)
    }

    /// Where bytes written to a descriptor go.
    public enum Sink {
        /// Something to wait for.
        case stream(any GuestOutput)
        /// A file with a position.
        case file(HostFile)
    }

    /// What a descriptor reads from.
    public func source(
        _ number: UInt32, _ needed: HostRights = .fileRead
    ) throws(HostError) -> Source {
        let descriptor = try descriptor(number)
        let source: Source
        switch descriptor.kind {
        case .standard(0): source = .stream(try input.orThrow(.badDescriptor))
        case .standard: throw .badDescriptor
        case .file(let file): source = .file(file)
        case .directory: throw .isDirectory
        case .stream(let stream): source = .stream(stream)
        case .socket(let socket): source = .stream(socket)
        }
        try descriptor.require(needed)
        return source
    }

    /// What a descriptor writes to.
    public func sink(_ number: UInt32, _ needed: HostRights = .fileWrite) throws(HostError) -> Sink {
        let descriptor = try descriptor(number)
        let sink: Sink
        switch descriptor.kind {
        case .standard(1): sink = .stream(try output.orThrow(.badDescriptor))
        case .standard(2): sink = .stream(try errorOutput.orThrow(.badDescriptor))
        case .standard: throw .badDescriptor
        case .file(let file): sink = .file(file)
        case .directory: throw .isDirectory
        case .stream(let stream): sink = .stream(stream)
        case .socket(let socket): sink = .stream(socket)
        }
        try descriptor.require(needed)
        return sink
    }

    /// What the guest sees a descriptor as.
    public func type(of descriptor: HostDescriptor) -> HostFileType {
        switch descriptor.kind {
        case .standard(0): input?.type ?? .unknown
        case .standard(1): output?.type ?? .unknown
        case .standard: errorOutput?.type ?? .unknown
        case .file(let file): file.type
        case .directory: .directory
        case .stream(let stream): stream.type
        case .socket(let socket): socket.type
        }
    }
}

extension Optional {
    func orThrow(_ error: HostError) throws(HostError) -> Wrapped {
        guard let self else { throw error }
        return self
    }
}
