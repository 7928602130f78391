import AppModel
public import HostSystem
public import WASIHTTP

/// How the components of an application reach the network, as far as their manifest lets them.
public struct OutboundServices: Sendable {
    /// Sends their HTTP requests; nil where none are sent.
    public var client: (any OutboundHTTPClient)?
    /// Turns names into addresses.
    public var resolver: any HostResolver
    /// Shows refusals to the operator.
    public var observer: (any NetworkObserver)?

    /// Services of their parts.
    public init(
        client: (any OutboundHTTPClient)? = nil, resolver: any HostResolver = SystemResolver.shared,
        observer: (any NetworkObserver)? = nil
    ) {
        self.client = client
        self.resolver = resolver
        self.observer = observer
    }

    /// The network of a component.
    ///
    /// - Throws: ``LoadError`` that names the entry of the allow-list.
    func network(of component: Component, variables: [ApplicationVariable]) throws(LoadError) -> HostNetwork {
        var patterns: [OutboundPattern] = []
        for rule in component.grants.outboundHosts {
            do throws(OutboundPatternError) {
                let pattern = try rule.resolved { name in
                    variables.first { $0.name == name }?.defaultValue
                }
                if let pattern { patterns.append(pattern) }
            } catch {
                throw LoadError(
                    description: "Its allowed_outbound_hosts has \"\(rule.text)\": \(error.sentence).")
            }
        }
        return HostNetwork(
            component: "\(component.id)", grants: NetworkGrants(outbound: patterns), resolver: resolver,
            observer: observer)
    }
}
