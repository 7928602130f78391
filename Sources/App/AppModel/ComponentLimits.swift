/// What one instance of a component may use. Each number is per instance, that is, per event.
///
/// `standard` holds the defaults; a manifest changes them with `[component.X.tool.martlet]`, see
/// docs/manifest.md.
public struct ComponentLimits: Sendable, Equatable {
    /// Bytes of all linear memories together. 256 MiB: the runtimes of interpreted languages start at tens of
    /// MiB, and memory that a guest never touches costs nothing.
    public var memoryBytesMax = 256 << 20
    /// Elements of all tables together. 100,000: a large Python interpreter has about 20,000.
    public var tableElementsMax = 100_000
    /// Core instances. 64: a component of today's tools has four, a composition of ten has forty.
    public var instancesMax = 64
    /// Linear memories. 16: one for each module that owns memory in a composition.
    public var memoriesMax = 16
    /// Tables. 64: one for each core instance.
    public var tablesMax = 64
    /// Time on a processor; waiting is free. 10 seconds end a loop that never ends, and leave room for real work.
    public var cpuBudget: Duration = .seconds(10)
    /// Time from the event to the end, waiting included. 60 seconds, as common proxies in front of it have.
    public var deadline: Duration = .seconds(60)
    /// Open descriptors of the guest, pre-opened ones included. 256: a fraction of what a process may have.
    public var openFilesMax = 256
    /// Bytes of a request's body. 1 GiB: bodies are streamed, so this protects the guest's patience only.
    public var requestBodyBytesMax = 1 << 30
    /// Bytes of a response's body. 1 GiB: streamed too; it ends a guest that writes for ever.
    public var responseBodyBytesMax = 1 << 30
    /// Bytes of a response's header, CGI header of a WAGI guest included. 64 KiB.
    public var responseHeaderBytesMax = 64 << 10
    /// Bytes of standard error, and of standard output where that is not the response, kept per event. What
    /// exceeds it is dropped and counted. 1 MiB.
    public var logBytesMax = 1 << 20

    /// Requests that one instance of an HTTP component answers, 1 for a fresh instance each time. Nil: 128 for
    /// components of `wasi:http` 0.3, which are made for it, and 1 for all others.
    public var reuseMax: Int?
    /// Requests that one reused instance of a component of `wasi:http` 0.3 answers at once. 16; those of 0.2 answer one.
    public var reuseConcurrencyMax = 16
    /// How long a reused instance waits for its next request. 1 second: its memory is not free.
    public var reuseIdleMax: Duration = .seconds(1)
    /// Bytes that the memories of a reused instance may have grown by. 64 MiB: what a guest leaks ends with it.
    public var reuseMemoryGrowthMax = 64 << 20

    /// The limits of a component whose manifest says nothing.
    public static let standard = ComponentLimits()

    /// The standard limits.
    public init() {}
}
