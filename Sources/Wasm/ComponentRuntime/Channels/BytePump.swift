import NIOCore

/// Moves bytes from a source of the host to a sink of the host: what is left of a stream that a guest only handed on.
final class BytePump {
    private static let chunk = 32 * 1024

    private var source: (any HostByteSource)?
    private var sink: (any HostByteSink)?
    private var bytes = ByteBuffer()
    private var isAtEnd = false
    private var isRunning = false
    private var runsAgain = false

    /// What a side knows the pump by. A side that waits has one, which keeps the pump alive.
    private final class Link: StreamLink {
        private var pump: BytePump?
        private let isSource: Bool

        init(_ pump: BytePump, isSource: Bool) {
            self.pump = pump
            self.isSource = isSource
            super.init()
        }

        override var isOpen: Bool { pump?.source != nil || pump?.sink != nil }
        override func resume() { pump?.run() }

        override func close() {
            let pump = self.pump
            self.pump = nil
            if isSource { pump?.sourceClosed() } else { pump?.sinkClosed() }
        }
    }

    /// Begins; what is there moves before this returns.
    static func run(from source: any HostByteSource, to sink: any HostByteSink) -> StreamLink {
        let pump = BytePump()
        pump.source = source
        pump.sink = sink
        pump.run()
        return Link(pump, isSource: false)
    }

    private func run() {
        guard !isRunning else {
            runsAgain = true
            return
        }
        isRunning = true
        repeat {
            runsAgain = false
            while step() {}
        } while runsAgain
        isRunning = false
    }

    /// - Returns: whether something moved.
    private func step() -> Bool {
        guard let sink else { return false }
        if bytes.readableBytes == 0, !isAtEnd {
            guard fill() else { return false }
        }
        guard bytes.readableBytes > 0 else {
            end { sink.ended(.dropped) }
            return false
        }
        // No access to a property is open while the sink runs.
        let chunk = bytes
        switch sink.consume(chunk.readableBytesSpan, Link(self, isSource: false)) {
        case .took(let count):
            bytes.moveReaderIndex(forwardBy: min(count, bytes.readableBytes))
            return count > 0
        case .pending: return false
        case .last:
            sinkClosed()
            return false
        }
    }

    /// - Returns: whether there is something, or nothing more.
    private func fill() -> Bool {
        guard let source else { return false }
        // No access to a property is open while the source runs.
        var chunk = bytes
        bytes = ByteBuffer()
        chunk.clear()
        if chunk.capacity >= Self.chunk {
            chunk.moveWriterIndex(to: Self.chunk)
        } else {
            chunk.writeRepeatingByte(0, count: Self.chunk)
        }
        var target = chunk.mutableReadableBytesSpan
        let step = source.produce(into: &target, Link(self, isSource: true))
        var count = 0
        switch step {
        case .wrote(let written): count = written
        case .last(let written):
            count = written
            isAtEnd = true
            self.source = nil
        case .pending: break
        }
        chunk.moveWriterIndex(to: min(count, Self.chunk))
        bytes = chunk
        return count > 0 || isAtEnd
    }

    private func sourceClosed() {
        source = nil
        isAtEnd = true
        run()
    }

    private func sinkClosed() {
        let source = self.source
        end { source?.closed(.dropped) }
    }

    /// Lets go of both sides, then tells one.
    private func end(_ tell: () -> Void) {
        source = nil
        sink = nil
        tell()
    }
}
