extension CanonicalPlan {
    /// The node of a field of a record.
    public func node(_ record: NodeID, field index: Int) -> NodeID {
        guard case .record(let fields) = self[record].operation, index < fields.indices.count,
            let node = self.fields[fields.indices.lowerBound + index].node
        else {
            preconditionFailure("the plan's node has no field \(index)")
        }
        return node
    }

    /// The flat core types of a node.
    public func flatTypes(_ node: NodeID) -> FlatTypes { self[node].flat }
}
