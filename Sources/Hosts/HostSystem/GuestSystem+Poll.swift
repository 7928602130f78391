import NIOCore

/// Something a guest waits for.
public struct HostSubscription: Sendable {
    /// What it is.
    public enum Kind: Sendable {
        /// A clock's time: nanoseconds from now, or of the clock itself.
        case clock(HostClock, nanoseconds: UInt64, isAbsolute: Bool)
        /// A descriptor that can be read.
        case readable(UInt32)
        /// A descriptor that can be written.
        case writable(UInt32)
        /// Something that the skin could not make sense of: it comes back at once with this error.
        case failed(HostError)
    }

    /// What it is.
    public var kind: Kind

    /// A subscription.
    public init(_ kind: Kind) { self.kind = kind }
}

/// What came of a subscription.
public struct HostEvent: Sendable, Equatable {
    /// Which one, counted from 0 in the order given.
    public var subscription: Int
    /// Why it failed; nil where it came true.
    public var error: HostError?
    /// Bytes that can be read at once, as far as known.
    public var bytes: UInt64 = 0
    /// The other end is gone, or the end is reached.
    public var isHangUp = false
}

extension GuestSystem {
    /// Waits until at least one subscription has come true, and gives all that have, in the order of the subscriptions.
    ///
    /// - Throws: `invalid` without subscriptions, and past the limit.
    public func poll(
        _ subscriptions: [HostSubscription], for guest: some HostWaiting
    ) throws(HostFailure) -> [HostEvent] {
        guard !subscriptions.isEmpty, subscriptions.count <= plan.limits.subscriptions else {
            throw .code(.invalid)
        }
        let start: UInt64
        do { start = try HostClock.monotonic.now(of: guest) } catch { throw .code(error) }
        while true {
            var events: [HostEvent] = []
            var nextClock: UInt64?
            for (index, subscription) in subscriptions.enumerated() {
                do {
                    if let event = try check(subscription, index, start, &nextClock, guest) {
                        events.append(event)
                    }
                } catch {
                    events.append(HostEvent(subscription: index, error: error))
                }
            }
            if !events.isEmpty { return events }
            try waitForOne(of: subscriptions, nextClock, guest)
        }
    }

    /// Waits until a read would no longer wait.
    public func waitUntilReadable(_ input: any GuestInput, for guest: some HostWaiting) throws(HostFailure) {
        try guest.suspend { input.wakeWhenReadable($0) }
    }

    /// Waits until a write would no longer wait.
    public func waitUntilWritable(_ output: any GuestOutput, for guest: some HostWaiting) throws(HostFailure)
    {
        try guest.suspend { output.wakeWhenWritable($0) }
    }

    /// Lets others run.
    public func yield(for guest: some HostWaiting) throws(HostFailure) {
        do { try guest.pause() } catch { throw .interrupted(error) }
    }

    // The event of a subscription that has come true. A clock that has not says when it will.
    private func check(
        _ subscription: HostSubscription, _ index: Int, _ start: UInt64, _ nextClock: inout UInt64?,
        _ guest: some HostWaiting
    ) throws(HostError) -> HostEvent? {
        switch subscription.kind {
        case .failed(let error): throw error
        case .clock(let clock, let nanoseconds, let isAbsolute):
            let left = try timeLeft(clock, nanoseconds, isAbsolute, start, guest)
            if left == 0 { return HostEvent(subscription: index) }
            nextClock = min(nextClock ?? .max, left)
            return nil
        case .readable(let number):
            switch try source(number, HostRights([.fileRead, .poll]).rights(of: self, number)) {
            case .file(let file):
                let size = try file.status().size
                let position = try file.seek(0, from: .position)
                return HostEvent(subscription: index, bytes: size > position ? size - position : 0)
            case .stream(let stream):
                guard let bytes = try stream.readableBytes else {
                    return HostEvent(subscription: index, isHangUp: true)
                }
                return bytes == 0 ? nil : HostEvent(subscription: index, bytes: UInt64(bytes))
            }
        case .writable(let number):
            switch try sink(number, [.fileWrite, .poll]) {
            case .file: return HostEvent(subscription: index)
            case .stream(let stream): return try stream.isWritable ? HostEvent(subscription: index) : nil
            }
        }
    }

    private func timeLeft(
        _ clock: HostClock, _ nanoseconds: UInt64, _ isAbsolute: Bool, _ start: UInt64,
        _ guest: some HostWaiting
    ) throws(HostError) -> UInt64 {
        guard clock == .realtime || clock == .monotonic else { throw .notSupported }
        if isAbsolute {
            let now = try clock.now(of: guest)
            return nanoseconds > now ? nanoseconds - now : 0
        }
        // A time span is the same on both clocks; only the monotonic one never jumps.
        let (end, isOverflow) = start.addingReportingOverflow(nanoseconds)
        let now = try HostClock.monotonic.now(of: guest)
        return isOverflow ? .max : end > now ? end - now : 0
    }

    private func waitForOne(
        of subscriptions: [HostSubscription], _ nextClock: UInt64?, _ guest: some HostWaiting
    ) throws(HostFailure) {
        var timer: Scheduled<Void>?
        defer { timer?.cancel() }
        let loop = guest.eventLoop
        try guest.suspend { token in
            if let nextClock {
                let wait = TimeAmount.nanoseconds(Int64(clamping: nextClock))
                timer = loop.scheduleTask(in: wait) { token.wake() }
            }
            for subscription in subscriptions { arm(subscription, token) }
        }
    }

    private func arm(_ subscription: HostSubscription, _ token: WakeToken) {
        do {
            switch subscription.kind {
            case .readable(let number):
                if case .stream(let stream) = try source(number, []) { stream.wakeWhenReadable(token) }
            case .writable(let number):
                if case .stream(let stream) = try sink(number, []) { stream.wakeWhenWritable(token) }
            case .clock, .failed: break
            }
        } catch {
            // It was a valid descriptor a moment ago; if not, the next round says so.
            token.wake()
        }
    }
}

extension HostRights {
    /// A listening socket is waited on for connections: it has no right to read.
    fileprivate func rights(of system: GuestSystem, _ number: UInt32) throws(HostError) -> HostRights {
        if case .socket(let socket) = try system.descriptor(number).kind, socket.isListening { return .poll }
        return self
    }
}

extension GuestSystem {
    /// The next connection of a listening socket, as a new descriptor.
    ///
    /// - Parameter waits: for one; else fails with `wouldBlock` where none waits.
    public func accept(
        _ number: UInt32, waits: Bool, flags: HostDescriptorFlags, for guest: some HostWaiting
    ) throws(HostFailure) -> UInt32 {
        while true {
            let listener: HostSocket
            do {
                listener = try socket(number, .socketAccept)
                try requireRoom()
                if let accepted = try listener.accept() {
                    var descriptor = HostDescriptor(.socket(accepted), rights: .socket)
                    descriptor.flags = flags
                    return try insert(descriptor)
                }
            } catch { throw .code(error) }
            if !waits { throw .code(.wouldBlock) }
            try waitUntilReadable(listener, for: guest)
        }
    }
}
