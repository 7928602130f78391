import ComponentModel
import WasmEngine

/// An open end of a stream or future that the host holds, with a guest at the other end.
class HostChannelEnd: StreamLink {
    /// Gone once the end is closed, so that the cycle with the core's table ends.
    private(set) final var core: ComponentCore?
    final let end: ChannelEndID
    /// The guest's end was dropped before anybody asked for what comes through: there was nothing in it then.
    private final var isOtherGone = false
    private final var isServing = false
    private final var servesAgain = false

    init(_ core: ComponentCore, _ end: ChannelEndID) {
        self.core = core
        self.end = end
        super.init()
        core.channelPlaces[host: end.channel] = self
    }

    /// The guest's end.
    final var guestEnd: ChannelEndID {
        ChannelEndID(channel: end.channel, kind: end.kind, isReadable: !end.isReadable)
    }

    override final var isOpen: Bool { core != nil }

    /// Whether serving may run the guest's allocator.
    var needsStack: Bool { false }

    /// Whether somebody is behind this end. Nobody need be where a guest writes: what it gave to the host may be given on.
    var isAttended: Bool { true }

    /// Serves the buffer that the guest waits with.
    func copy(_ buffer: CopyBuffer, at place: EndBuffer, in core: ComponentCore) throws(Trap) {}

    /// The other side is gone: tells whoever is behind this end, and lets go of it.
    func closed(_ reason: StreamClosure) {}

    /// The end was closed from this side: lets go of who is behind it.
    func forget() {}

    /// Serves the guest, if it waits and the host can.
    final func serve() throws(Trap) {
        guard !isServing else {
            servesAgain = true
            return
        }
        guard let core = self.core else { return }
        isServing = true
        let wasHolding = core.isHolding
        core.isHolding = true
        defer {
            isServing = false
            core.isHolding = wasHolding
            if core.wakesLater { core.wakeUp() }
        }
        repeat {
            servesAgain = false
            guard let core = self.core, let buffer = core.async.pendingCopy(guestEnd),
                let place = core.channelPlaces[buffer: guestEnd]
            else { return }
            try copy(buffer, at: place, in: core)
        } while servesAgain
    }

    override final func resume() {
        guard let core, core.async.pendingCopy(guestEnd) != nil else { return }
        if needsStack { return core.enqueue { [self] () throws(Trap) in try serve() } }
        do throws(Trap) {
            try serve()
        } catch {
            core.enqueue { () throws(Trap) in throw error }
        }
        if isOpen, core.async.pendingCopy(guestEnd) == nil { core.wakeUp() }
    }

    override final func close() {
        guard let core = detach() else { return }
        core.async.drop(end)
        forget()
        core.wakeUp()
    }

    /// The guest dropped its end.
    final func guestDropped() {
        isOtherGone = true
        if isAttended { otherIsGone() }
    }

    /// Somebody is behind this end from now on.
    final func attended() {
        if isOtherGone { otherIsGone() } else if isOpen { resume() } else { closed(.instanceEnded) }
    }

    private func otherIsGone() {
        if let core = detach() { core.async.drop(end) }
        closed(.dropped)
    }

    /// The instance is over.
    final func instanceEnded() {
        core = nil
        closed(.instanceEnded)
    }

    /// Takes the end out of the core's table without a word to anyone.
    final func detach() -> ComponentCore? {
        guard let core else { return nil }
        core.channelPlaces[host: end.channel] = nil
        self.core = nil
        return core
    }

    /// The host moved so many elements.
    final func finish(_ count: Int, isLast: Bool) {
        if let core, count > 0 || !isLast {
            core.async.hostCopied(guestEnd, count: UInt32(truncatingIfNeeded: count))
        }
        if isLast { close() }
    }
}

extension ComponentCore {
    /// A guest began a copy that nothing met yet: the host may be at the other end.
    func serveHostEnd(of end: ChannelEndID) throws(Trap) {
        guard let hostEnd = channelPlaces[host: end.channel], hostEnd.guestEnd == end else { return }
        try hostEnd.serve()
    }

    /// Something happened that the guest may wait for.
    func wakeUp() {
        // A source has the guest's memory in its hands: the guest must not run before it is done.
        wakesLater = isHolding
        if !isHolding { waker?.wake() }
    }

    /// The instance is over: everyone behind an end learns of it.
    func closeHostEnds() {
        // One that is told may let others go, or open new ones.
        while channelPlaces.hostEndCount > 0 {
            for end in channelPlaces.takeHostEnds() where end.isOpen { end.instanceEnded() }
        }
    }

    /// Memory, types and encoding of a guest's end.
    func context(of place: EndBuffer) -> CanonicalContext { takeContext(place.plan.context) }

    /// The bytes of the memory that a guest's end works on.
    func view(of place: EndBuffer) throws(Trap) -> CanonicalMemoryView {
        guard let access = memory(place.plan.options.memory) else {
            throw Trap.host("a stream of bytes has no memory")
        }
        return access.view
    }
}
