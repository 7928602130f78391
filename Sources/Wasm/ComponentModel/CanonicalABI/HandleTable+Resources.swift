/// Handles to resources (CanonicalABI.md, lifting and lowering of `own` and `borrow`, `resource.*` built-ins).
extension HandleTable {
    private func resource(_ index: UInt32, _ type: RuntimeResourceType) throws(CanonicalTrap)
        -> ResourceHandle
    {
        let entry = try entry(index)
        guard case .resource(let handle) = entry else {
            throw .wrongHandle(index, expected: "guest-defined resource", found: entry.name)
        }
        guard handle.type == type else {
            throw .wrongHandle(
                index, expected: "guest-defined resource", found: "a different guest-defined resource")
        }
        return handle
    }

    /// `resource.new`, and lowering of an `own`.
    public mutating func addOwn(
        _ representation: UInt64, _ type: RuntimeResourceType
    ) throws(CanonicalTrap) -> UInt32 {
        try add(
            .resource(ResourceHandle(type: type, representation: representation, isOwn: true, scope: nil)))
    }

    /// `resource.rep`.
    public func representation(_ index: UInt32, _ type: RuntimeResourceType) throws(CanonicalTrap) -> UInt64 {
        try resource(index, type).representation
    }

    /// Lifts an `own`: the handle leaves the table, the resource is the receiver's.
    public mutating func takeOwn(_ index: UInt32, _ type: RuntimeResourceType) throws(CanonicalTrap) -> UInt64
    {
        let handle = try resource(index, type)
        guard handle.lendCount == 0 else {
            throw CanonicalTrap(.resource, "cannot remove owned resource while borrowed")
        }
        guard handle.isOwn else {
            throw CanonicalTrap(.resource, "cannot lift own: handle index \(index) is a borrow")
        }
        try remove(index)
        return handle.representation
    }

    /// Lifts a `borrow`: the handle stays and counts a loan, until ``endLoan(_:)``.
    public mutating func beginLoan(_ index: UInt32, _ type: RuntimeResourceType) throws(CanonicalTrap)
        -> UInt64
    {
        var handle = try resource(index, type)
        handle.lendCount += 1
        try replace(index, .resource(handle))
        return handle.representation
    }

    /// The end of a call that a handle was lent to. A lent handle cannot be dropped, so it is still there.
    public mutating func endLoan(_ index: UInt32) {
        guard case .resource(var handle)? = try? entry(index), handle.lendCount > 0 else {
            // Only after a trap in the middle of a call; the instance is not entered again then.
            return
        }
        handle.lendCount -= 1
        // The entry was just read.
        try? replace(index, .resource(handle))
    }

    /// `resource.drop`: the handle leaves the table. What is left to do depends on whether it owned the resource.
    public mutating func drop(_ index: UInt32, _ type: RuntimeResourceType) throws(CanonicalTrap)
        -> ResourceHandle
    {
        let handle = try resource(index, type)
        guard handle.lendCount == 0 else {
            throw CanonicalTrap(.resource, "cannot remove owned resource while borrowed")
        }
        try remove(index)
        return handle
    }
}
