import ComponentModel
import Synchronization

/// Which stream and future types of a plan are those of Swift types: found when first needed, then remembered.
final class ChannelMatches: Sendable {
    private struct Key: Hashable {
        var instance: Int
        var kind: ChannelKind
        var element: ObjectIdentifier
    }

    private let known = Mutex<[Key: AsyncState.ChannelType]>([:])

    func type<Element: CanonicalPayload>(
        _ kind: ChannelKind, of element: Element.Type, instance: Int, _ find: () -> AsyncState.ChannelType?
    ) -> AsyncState.ChannelType? {
        let key = Key(instance: instance, kind: kind, element: ObjectIdentifier(element))
        if let type = known.withLock({ $0[key] }) { return type }
        guard let type = find() else { return nil }
        known.withLock { $0[key] = type }
        return type
    }
}

extension ComponentPlan {
    /// The stream or future type of a component instance that carries what a Swift type stands for.
    func channelType<Element: CanonicalPayload>(
        _ kind: ChannelKind, of element: Element.Type, instance: Int
    ) -> AsyncState.ChannelType? {
        channelMatches.type(kind, of: element, instance: instance) {
            var resources: [ResourceID: RuntimeResourceType] = [:]
            for (number, type) in instances[instance].resourceTypes.enumerated() {
                resources[ResourceID(rawValue: UInt32(number))] = type
            }
            return channels.first(of: instance) { type, carried, component in
                type.kind == kind
                    && Element.matches(
                        carried,
                        TypeMatcher(types: component.types, names: component.names, resources: resources))
            }
        }
    }
}
