/// WIT texts, parsed: where the elaboration of worlds finds interfaces.
public struct WITSources: Sendable {
    /// What a package declares, over all texts that name it.
    struct Package: Sendable {
        var name: WITPackageName
        var interfaces: [String: (syntax: WITInterfaceSyntax, uses: [String: WITPath])] = [:]
        var worlds: [(syntax: WITWorldSyntax, uses: [String: WITPath])] = []
    }

    private(set) var packages: [Package] = []
    private var numbers: [WITPackageName: Int] = [:]
    let limits: WITLimits

    /// Nothing yet.
    public init(limits: WITLimits = WITLimits()) { self.limits = limits }

    /// Adds a text. Texts that do not name their package belong to that of `defaultPackage`, a text of the same folder.
    ///
    /// - Parameter file: how messages name the text.
    /// - Returns: the name of the text's package.
    @discardableResult
    public mutating func add(
        _ text: String, file: String, defaultPackage: String? = nil
    ) throws(WITError) -> String? {
        var parser = try WITParser(text, file: file, limits: limits)
        let syntax = try parser.file()
        let fallback = try defaultPackage.map { (text) throws(WITError) in try Self.packageName(text) }
        let name = syntax.name ?? fallback ?? WITPackageName(namespace: "local", name: "root", version: nil)
        try add(syntax, name: name)
        for nested in syntax.nested { try add(nested, name: nested.name ?? name) }
        return syntax.name?.text
    }

    /// Names of the worlds that the texts declare: `namespace:package/world@version`.
    public var worldNames: [String] {
        packages.flatMap { package in package.worlds.map { package.name.interface($0.syntax.name.text) } }
    }

    private static func packageName(_ text: String) throws(WITError) -> WITPackageName {
        var parser = try WITParser("package \(text);", file: "package name")
        return try parser.file().name ?? WITPackageName(namespace: "local", name: "root", version: nil)
    }

    private mutating func add(_ syntax: WITPackageSyntax, name: WITPackageName) throws(WITError) {
        let number = numbers[name] ?? packages.count
        if number == packages.count {
            packages.append(Package(name: name))
            numbers[name] = number
        }
        for interface in syntax.interfaces {
            guard packages[number].interfaces[interface.name.text] == nil else {
                throw interface.name.place.error(
                    "package \(name.text) declares interface \"\(interface.name.text)\" twice")
            }
            packages[number].interfaces[interface.name.text] = (interface, syntax.uses)
        }
        for world in syntax.worlds { packages[number].worlds.append((world, syntax.uses)) }
    }

    /// The package of a name; when there is none of that version, one that is compatible with it.
    func package(_ name: WITPackageName) -> Package? {
        if let number = numbers[name] { return packages[number] }
        guard let key = InterfaceVersion.key(name.version) else {
            return packages.first { $0.name.path == name.path && name.version == nil }
        }
        return packages.first { $0.name.path == name.path && InterfaceVersion.key($0.name.version) == key }
    }
}
