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

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.stream = stream
        unsafe sources = [SIGINT, SIGTERM].map { number in
            // The default action would end the process before the source is asked.
            _ = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
    }

    /// Waits for the next signal and tells its name.
    func next() async -> String {
        for await number in stream { return number == SIGINT ? "SIGINT" : "SIGTERM" }
        return "the end of the process"
    }
}
