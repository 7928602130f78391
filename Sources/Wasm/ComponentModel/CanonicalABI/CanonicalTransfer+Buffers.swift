/// Copies between the buffers of a stream's or future's two ends.
extension CanonicalTransfer {
    /// Copies elements from one buffer to another. Both were checked when the ends gave them.
    public mutating func copyBuffer(
        _ count: UInt32, from: CanonicalPlan.NodeID, at pointer: UInt64, to: CanonicalPlan.NodeID,
        at newPointer: UInt64
    ) throws(CanonicalTrap) {
        let bytes = UInt64(count) * source.plan.size(from)
        try copyElements(from, pointer, UInt64(count), bytes, to, newPointer)
    }
}
