import NIOCore
import TestSupport

/// How long a slow client waits before it reads again: at random, but the same for the same seed.
struct Pace: Sendable {
    let seed: UInt64
    /// Microseconds.
    let longest: Int64
}

/// Reads for a channel that does not read by itself.
final class SlowReads: ChannelInboundHandler {
    typealias InboundIn = Any
    private var generator: SeededGenerator
    private let longest: Int64

    init(_ pace: Pace) {
        generator = SeededGenerator(seed: pace.seed)
        longest = pace.longest
    }

    /// For a channel that is open.
    static func begin(on channel: any Channel, _ pace: Pace) async throws {
        try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.addHandler(SlowReads(pace), position: .first)
        }.get()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { context.read() }
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        let pause = TimeAmount.microseconds(Int64.random(in: 0...longest, using: &generator))
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: pause) { bound.value.read() }
    }
}
