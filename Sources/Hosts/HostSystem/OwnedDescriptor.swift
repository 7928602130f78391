#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Synchronization

/// A descriptor of the process that a guest caused to be opened: closed when it goes away, counted while it lives.
///
/// The count is the process's, because descriptors are: guests together take at most half of them, so that there are always
/// some for connections and for the host's own files.
struct OwnedDescriptor: ~Copyable, Sendable {
    let number: Int32
    private let isCounted: Bool

    private static let count = Atomic<Int>(0)

    /// Descriptors that guests hold now.
    static var openCount: Int { count.load(ordering: .relaxed) }

    /// The most that guests may hold together.
    static let openCountMax = SystemCall.descriptorsMax / 2

    /// A descriptor that the host opened for guests, or handed to one: it does not count.
    init(uncounted number: Int32) {
        self.number = number
        isCounted = false
    }

    /// What `open` opens.
    ///
    /// - Throws: `tooManyDescriptorsInSystem` when guests hold too many already.
    init(_ open: () throws(HostError) -> Int32) throws(HostError) {
        guard Self.count.add(1, ordering: .relaxed).newValue <= Self.openCountMax else {
            Self.count.subtract(1, ordering: .relaxed)
            throw .tooManyDescriptorsInSystem
        }
        do { number = try open() } catch {
            Self.count.subtract(1, ordering: .relaxed)
            throw error
        }
        isCounted = true
    }

    deinit {
        SystemCall.close(number)
        if isCounted { Self.count.subtract(1, ordering: .relaxed) }
    }
}
