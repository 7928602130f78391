import ComponentModel

/// What the end of an instance means for the host.
extension ComponentCore {
    /// The host need not answer calls any more.
    func cancelHostCalls() {
        let callees = self.callees
        self.callees = [:]
        for case .host(let task) in callees.values { task.abandon() }
    }

    /// Resources of the host that guests still own go with the instance.
    func destroyHostResources() {
        forEachInstance { instance in
            guard instance.state.handles.count > 0 else { return }
            for (index, entry) in instance.state.handles.entries {
                guard case .resource(let handle) = entry, handle.isOwn,
                    handle.type.rawValue >= HostResourceCounter.first
                else { continue }
                // The entry is there: it was just listed.
                _ = try? instance.state.handles.remove(index)
                // A rule that the guest broke by going away now ends nobody any more.
                try? plan.hostDestructors[handle.type]?(ComponentCall(owner), handle.representation)
            }
        }
    }
}
