import Dispatch

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// SIGINT and SIGTERM as a sequence: the first asks for a good end, the second for a quick one.
struct StopSignals: Sendable {
    private let stream: AsyncStream<Int32>
    // Only held: nothing is called on them once they run.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    /// Takes over both signals. When this returns none is lost any more: until then a source may not be there yet, and the
    /// signal has its default action.
    init() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.stream = stream
        var sources: [any DispatchSourceSignal] = []
        for number in [SIGINT, SIGTERM] {
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            await withCheckedContinuation { registered in
                source.setRegistrationHandler {
                    #if canImport(Darwin)
                        // A source there leaves the default action in place, which would end the process first.
                        _ = signal(number, SIG_IGN)
                    #endif
                    registered.resume()
                }
                source.resume()
            }
            sources.append(source)
        }
        unsafe self.sources = sources
    }

    /// Waits for the next signal and tells its name.
    func next() async -> String {
        for await number in stream { return number == SIGINT ? "SIGINT" : "SIGTERM" }
        return "the end of the process"
    }
}
