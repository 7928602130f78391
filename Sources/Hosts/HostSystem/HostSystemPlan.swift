/// A folder of the host for a guest.
public struct DirectoryGrant: Sendable, Equatable {
    /// Where it is on the host.
    public var hostPath: String
    /// Where the guest sees it.
    public var guestPath: String
    /// What the guest may do with it.
    public var access: HostAccess

    /// A grant of `hostPath` as `guestPath`.
    public init(hostPath: String, guestPath: String, access: HostAccess = .readOnly) {
        self.hostPath = hostPath
        self.guestPath = guestPath
        self.access = access
    }
}

/// A grant that cannot be given, for the operator.
public struct HostSystemError: Error, CustomStringConvertible, Equatable {
    /// What is wrong, and what to do.
    public let description: String
}

/// What all instances of a program share of the system: made and checked once, used by any number of them at a time.
public final class HostSystemPlan: Sendable {
    /// The program's arguments, its name first.
    public let arguments: EncodedStrings
    /// Its environment variables.
    public let environment: EncodedStrings
    /// What it may hold and do.
    public let limits: HostSystemLimits
    /// Where its file work runs.
    public let files: HostFileExecution
    /// What it may do with the network.
    public let network: HostNetwork

    /// The descriptor table that an instance begins with.
    let descriptors: [HostDescriptor?]

    /// Opens the folders.
    ///
    /// - Throws: a sentence about the grant, argument or variable that is not possible.
    public init(
        arguments: [String] = [], environment: [(name: String, value: String)] = [],
        directories: [DirectoryGrant] = [], files: HostFileExecution = .inline,
        network: HostNetwork = .denied, limits: HostSystemLimits = HostSystemLimits(),
        resolution: PathResolution = .best
    ) throws(HostSystemError) {
        self.limits = limits
        self.network = network
        self.files = files
        do { self.arguments = try EncodedStrings(arguments, limits: limits) } catch {
            throw HostSystemError(description: Self.sentence(about: "The arguments", error, limits))
        }
        do { self.environment = try EncodedStrings(variables: environment, limits: limits) } catch {
            throw HostSystemError(
                description: Self.sentence(about: "The environment variables", error, limits))
        }
        var descriptors: [HostDescriptor?] = (0...2).map {
            HostDescriptor(.standard($0), rights: Self.standardRights($0))
        }
        if directories.count > limits.descriptors - descriptors.count {
            throw HostSystemError(
                description: """
                    \(directories.count) folders are granted, but a guest has only \(limits.descriptors) descriptors: \
                    grant fewer, or raise that limit.
                    """)
        }
        for grant in directories {
            descriptors.append(try Self.open(grant, limits: limits, resolution: resolution))
        }
        self.descriptors = descriptors
    }

    private init(_ original: HostSystemPlan) {
        arguments = original.arguments
        environment = original.environment
        limits = original.limits
        files = original.files
        network = original.network
        // An array made anew, which shares no memory with the other one.
        descriptors = original.descriptors.map { $0 }
    }

    /// An equal plan for the instances of one event loop: a reference count that two threads change, for each instance, is a
    /// cache line that they fight for.
    public func forOneLoop() -> HostSystemPlan { HostSystemPlan(self) }

    private static func open(
        _ grant: DirectoryGrant, limits: HostSystemLimits, resolution: PathResolution
    ) throws(HostSystemError) -> HostDescriptor {
        do {
            let directory = try HostDirectory(
                hostPath: grant.hostPath, access: grant.access, limits: limits, resolution: resolution)
            let rights = HostRights.preopened(grant.access)
            return HostDescriptor(
                .directory(directory), rights: rights.base, inheriting: rights.inheriting,
                preopenName: grant.guestPath)
        } catch {
            let reason =
                switch error {
                case .noEntry: "it does not exist"
                case .notDirectory: "it is not a folder"
                case .accessDenied: "this user may not read it"
                default: "the system refuses to open it (\(error))"
                }
            throw HostSystemError(
                description: """
                    The folder \"\(grant.hostPath)\" cannot be granted as \"\(grant.guestPath)\": \(reason). \
                    Create it or name another one.
                    """)
        }
    }

    private static func sentence(
        about what: String, _ error: HostError, _ limits: HostSystemLimits
    ) -> String {
        error == .argumentListTooLong
            ? "\(what) are more than \(limits.strings) or longer than \(limits.stringBytes) bytes: shorten them."
            : "\(what) have a zero byte, an empty name or a name with \"=\" among them: remove it."
    }

    private static func standardRights(_ number: UInt8) -> HostRights {
        HostRights.stream.subtracting(number == 0 ? .fileWrite : .fileRead)
    }
}
