import HostSystem
import WasmEngine

/// `poll_oneoff`.
extension Preview1 {
    static let pollFunctions: [Function] = [
        Function("poll_oneoff", [.i32, .i32, .i32, .i32]) { (system, call, values) throws(HostFailure) in
            let (input, output, count) = (values[u32: 0], values[u32: 1], values[u32: 2])
            guard count > 0, count <= system.plan.limits.subscriptions else { throw .code(.invalid) }
            let memory = try call.bytes
            try memory.require(at: input, count: count * subscriptionBytes)
            try memory.require(at: output, count: count * eventBytes)
            var subscriptions: [HostSubscription] = []
            for index in 0..<count {
                subscriptions.append(try subscription(memory, at: input + index * subscriptionBytes))
            }
            let events = try system.poll(subscriptions, for: try call.guest)
            for (index, event) in events.enumerated() {
                let source = input + UInt32(event.subscription) * subscriptionBytes
                try store(event, of: source, at: output + UInt32(index) * eventBytes, in: memory)
            }
            try memory.store(UInt32(events.count), at: values[u32: 3])
        }
    ]

    private static let subscriptionBytes: UInt32 = 48
    private static let eventBytes: UInt32 = 32

    /// `subscription`: user data, a tag at 8, and at 16 a clock (id, time-out at 24, precision at 32, flags at 40) or a
    /// descriptor.
    private static func subscription(
        _ memory: Preview1Memory, at address: UInt32
    ) throws(HostFailure) -> HostSubscription {
        let tag: UInt8 = try memory.load(at: address + 8)
        let number: UInt32 = try memory.load(at: address + 16)
        switch tag {
        case 0:
            guard let clock = HostClock(rawValue: number) else { return HostSubscription(.failed(.invalid)) }
            let flags: UInt16 = try memory.load(at: address + 40)
            guard flags < 2 else { return HostSubscription(.failed(.invalid)) }
            return HostSubscription(
                .clock(clock, nanoseconds: try memory.load(at: address + 24), isAbsolute: flags == 1))
        case 1: return HostSubscription(.readable(number))
        case 2: return HostSubscription(.writable(number))
        default: throw .code(.invalid)
        }
    }

    /// `event`: user data, an error at 8, the subscription's tag at 10, bytes at 16, flags at 24.
    private static func store(
        _ event: HostEvent, of subscription: UInt32, at address: UInt32, in memory: Preview1Memory
    ) throws(HostFailure) {
        try memory.store(try memory.load(UInt64.self, at: subscription), at: address)
        try memory.store(event.error?.rawValue ?? 0, at: address + 8)
        try memory.store(try UInt16(memory.load(UInt8.self, at: subscription + 8)), at: address + 10)
        try memory.store(UInt32(0), at: address + 12)
        try memory.store(event.bytes, at: address + 16)
        try memory.store(UInt64(event.isHangUp ? 1 : 0), at: address + 24)
    }
}
