import NIOCore

/// Holds guests of a kind back while others of it compute.
///
/// What a guest has written stays in memory until it ends. Of thirty that compute for some milliseconds each, run in
/// turns, all would hold their memory all the time and none would end sooner; four at a time hold a seventh of it. A
/// guest that ends or waits within its first time slice never counts, and neither does one that has computed for long:
/// endless guests do not keep others from beginning.
struct FiberCrowds {
    /// Guests of one kind that are in the middle of computing, on one loop.
    static let sizeMax = 4
    /// A guest that has computed for so long does not count any more.
    let youth: TimeAmount

    private struct Crowd {
        var size = 0
        var held = CircularBuffer<Fiber>()
    }

    // Only of kinds that have somebody in it.
    private var crowds: [ObjectIdentifier: Crowd] = [:]

    init(youth: TimeAmount = .milliseconds(20)) { self.youth = youth }

    /// Keeps a fiber that is about to begin, if there is a crowd of its kind.
    mutating func holds(_ fiber: Fiber) -> Bool {
        guard !crowds.isEmpty, let kind = fiber.kind, crowds[kind].map({ $0.size >= Self.sizeMax }) ?? false
        else { return false }
        crowds[kind]?.held.append(fiber)
        fiber.isHeld = true
        return true
    }

    /// A fiber was preempted: it is one of the crowd while it is young.
    ///
    /// - Returns: the fiber that begins in its place if it is young no more.
    mutating func computes(_ fiber: Fiber) -> Fiber? {
        guard let kind = fiber.kind else { return nil }
        if fiber.cpuTime >= youth { return leaves(fiber) }
        guard !fiber.isInCrowd else { return nil }
        fiber.isInCrowd = true
        crowds[kind, default: Crowd()].size += 1
        return nil
    }

    /// A fiber waits or has ended.
    ///
    /// - Returns: the fiber that begins in its place.
    mutating func leaves(_ fiber: Fiber) -> Fiber? {
        guard fiber.isInCrowd, let kind = fiber.kind else { return nil }
        fiber.isInCrowd = false
        // It takes the place now: the next one leaves the queue when this one goes.
        if let next = crowds[kind]?.held.popFirst() {
            next.isHeld = false
            next.isInCrowd = true
            return next
        }
        crowds[kind]?.size -= 1
        if crowds[kind]?.size == 0 { crowds[kind] = nil }
        return nil
    }

    /// A fiber that was held is to end.
    mutating func letGo(_ fiber: Fiber) {
        fiber.isHeld = false
        guard let kind = fiber.kind else { return }
        crowds[kind]?.held.removeAll { $0 === fiber }
    }
}
