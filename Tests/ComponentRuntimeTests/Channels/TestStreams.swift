import ComponentModel
import NIOCore
import WasmEngine

@testable import ComponentRuntime

/// Gives its chunks one by one: after each it has to be woken, which it does itself in a later turn of the loop.
final class DripSource: HostByteSource {
    private let loop: any EventLoop
    private var chunks: [[UInt8]]
    private var isDry = true
    private let onClose: (StreamClosure) -> Void

    init(_ chunks: [[UInt8]], on loop: any EventLoop, onClose: @escaping (StreamClosure) -> Void = { _ in }) {
        self.chunks = chunks
        self.loop = loop
        self.onClose = onClose
    }

    func produce(into target: inout MutableRawSpan, _ link: StreamLink) -> SourceStep {
        if isDry {
            isDry = false
            loop.assumeIsolated().execute { link.resume() }
            return .pending
        }
        guard !chunks.isEmpty else { return .ended }
        isDry = true
        var chunk = ByteBuffer(bytes: chunks.removeFirst())
        let count = chunk.readBytes(into: &target)
        if chunk.readableBytes > 0 { chunks.insert(Array(chunk.readableBytesView), at: 0) }
        return .wrote(count)
    }

    func closed(_ reason: StreamClosure) { onClose(reason) }
}

/// Never has anything.
final class SilentSource: HostByteSource {
    private let onClose: (StreamClosure) -> Void
    private(set) var link: StreamLink?

    init(onClose: @escaping (StreamClosure) -> Void) { self.onClose = onClose }

    func produce(into target: inout MutableRawSpan, _ link: StreamLink) -> SourceStep {
        self.link = link
        return .pending
    }

    func closed(_ reason: StreamClosure) { onClose(reason) }
}

/// Collects at most so many bytes at a time, with a pause of one turn of the loop in between.
final class SlowSink: HostByteSink {
    private let loop: any EventLoop
    private let portion: Int
    private let most: Int
    private var isFull = false
    private(set) var bytes: [UInt8] = []
    private let onEnd: (SlowSink, StreamClosure) -> Void

    init(
        portion: Int = .max, most: Int = .max, on loop: any EventLoop,
        onEnd: @escaping (SlowSink, StreamClosure) -> Void
    ) {
        self.portion = portion
        self.most = most
        self.loop = loop
        self.onEnd = onEnd
    }

    func consume(_ offered: RawSpan, _ link: StreamLink) -> SinkStep {
        if isFull {
            isFull = false
            loop.assumeIsolated().execute { link.resume() }
            return .pending
        }
        let count = min(offered.byteCount, portion, most - bytes.count)
        for index in 0..<count { bytes.append(offered.unsafeLoad(fromByteOffset: index, as: UInt8.self)) }
        isFull = portion < .max
        return bytes.count == most ? .last(count) : .took(count)
    }

    func ended(_ reason: StreamClosure) { onEnd(self, reason) }
}

/// Gives values two by two, each time after a turn of the loop.
final class PairSource: HostElementSource {
    typealias Element = CanonicalTuple<String, UInt32>

    private let loop: any EventLoop
    private var next: UInt32 = 1
    private let last: UInt32
    private var isDry = true

    init(upTo last: UInt32, on loop: any EventLoop) {
        self.last = last
        self.loop = loop
    }

    func produce(atMost count: Int, _ link: StreamLink) -> ElementStep<Element> {
        if isDry {
            isDry = false
            loop.assumeIsolated().execute { link.resume() }
            return .pending
        }
        isDry = true
        guard next <= last else { return .last([]) }
        defer { next += 1 }
        return .elements([CanonicalTuple(String(repeating: "x", count: Int(next)), next)])
    }

    func closed(_ reason: StreamClosure) {}
}

/// Collects strings, one at a time.
final class StringSink: HostElementSink {
    private(set) var strings: [String] = []
    private let most: Int
    private let onEnd: ([String], StreamClosure) -> Void

    init(most: Int = .max, onEnd: @escaping ([String], StreamClosure) -> Void) {
        self.most = most
        self.onEnd = onEnd
    }

    func room(_ link: StreamLink) -> Int { 2 }

    func consume(_ elements: [String]) -> Bool {
        strings += elements
        if strings.count >= most { onEnd(strings, .dropped) }
        return strings.count < most
    }

    func ended(_ reason: StreamClosure) { onEnd(strings, reason) }
}
