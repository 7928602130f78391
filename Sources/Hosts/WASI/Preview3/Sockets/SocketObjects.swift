import ComponentModel
import ComponentRuntime
import HostSystem
import NIOCore

/// `wasi:sockets/types`' `tcp-socket`.
final class StreamSocket: HostResource {
    static let resourceType = RuntimeResourceType.host()

    let socket: TCPSocket

    init(_ socket: TCPSocket) { self.socket = socket }
}

/// `wasi:sockets/types`' `udp-socket`.
final class DatagramSocket: HostResource {
    static let resourceType = RuntimeResourceType.host()

    let socket: UDPSocket

    init(_ socket: UDPSocket) { self.socket = socket }
}

/// The connections that a listening socket takes, as a stream.
final class AcceptSource: HostElementSource {
    typealias Element = Own<StreamSocket>

    /// Connections that one read gives at most; each is a descriptor.
    private static let connectionsMax = 16

    private let listener: StreamSocket
    private let resources: ResourceTable
    private let eventLoop: any EventLoop
    private let readiness: Readiness

    // What is wrong with one connection, or with too many of them, does not end a listener: it pauses.
    private static let pauseAfterFailure = TimeAmount.milliseconds(50)

    init(_ listener: StreamSocket, _ resources: ResourceTable, on eventLoop: any EventLoop) {
        self.listener = listener
        self.resources = resources
        self.eventLoop = eventLoop
        readiness = Readiness(on: eventLoop)
    }

    func produce(atMost count: Int, _ link: StreamLink) -> ElementStep<Own<StreamSocket>> {
        if count == 0, listener.socket.isReady { return .elements([]) }
        var taken: [Own<StreamSocket>] = []
        do {
            while taken.count < min(count, Self.connectionsMax), let socket = try listener.socket.accept() {
                taken.append(try resources.add(StreamSocket(socket)))
            }
        } catch {
            guard listener.socket.isListening else { return .last(taken) }
            if taken.isEmpty {
                eventLoop.assumeIsolated().scheduleTask(in: Self.pauseAfterFailure) { link.resume() }
                return .pending
            }
        }
        guard taken.isEmpty else { return .elements(taken) }
        readiness.wait({ listener.socket.wakeWhenReady($0) }, then: { link.resume() })
        return .pending
    }

    func closed(_ reason: StreamClosure) { readiness.stop() }
}

/// Calls a completion once a question has an answer, asking again after each wake.
final class Question<Value: CanonicalPayload> {
    private let completion: HostCompletion<Value>
    private let readiness: Readiness
    private let ask: () -> Value?
    private let wait: (WakeToken) -> Void

    private init(
        _ completion: HostCompletion<Value>, on eventLoop: any EventLoop, ask: @escaping () -> Value?,
        wait: @escaping (WakeToken) -> Void
    ) {
        self.completion = completion
        readiness = Readiness(on: eventLoop)
        self.ask = ask
        self.wait = wait
    }

    /// Asks at once, and then as often as needed; the guest may give up in between.
    static func begin(
        _ completion: HostCompletion<Value>, on eventLoop: any EventLoop, ask: @escaping () -> Value?,
        wait: @escaping (WakeToken) -> Void
    ) {
        let question = Question(completion, on: eventLoop, ask: ask, wait: wait)
        completion.onCancel {
            question.readiness.stop()
            completion.cancelled()
        }
        question.run()
    }

    private func run() {
        if let value = ask() { return completion.complete(value) }
        readiness.wait({ wait($0) }, then: { self.run() })
    }
}
