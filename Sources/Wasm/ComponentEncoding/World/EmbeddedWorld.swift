import ComponentModel

/// A world that a tool embedded in a core module, in a custom section whose name begins with `component-type`: a
/// component that exports the type of a component that exports the type of the world.
struct EmbeddedWorld {
    let world: World
    let stringEncoding: StringEncoding

    private static let encodingSection = "wit-component-encoding"
    private static let formatVersion: UInt8 = 4

    init(section name: String, _ contents: ArraySlice<UInt8>) throws(EncodingError) {
        let place = "Custom section \"\(name)\" of the module"
        guard Component.isComponent(contents) else {
            throw EncodingError(
                "\(place) is of a format that tools wrote before 2024. Build the guest with newer bindings.")
        }
        let component: Component
        do throws(ComponentModelError) {
            component = try Component(Array(contents), features: .all)
        } catch {
            throw EncodingError("\(place) is broken: \(error)")
        }
        guard let type = Self.worldType(in: component) else {
            throw EncodingError("\(place) describes no world.")
        }
        world =
            try WorldReader(
                component, name: type.name, imports: component.types[type.id].imports,
                exports: component.types[type.id].exports
            ).world
        stringEncoding = try Self.stringEncoding(of: component, place)
    }

    private static func worldType(in component: Component) -> (name: String, id: ComponentTypeID)? {
        for export in component.exports {
            guard case .type(_, .component(let outer)) = export.entity else { continue }
            for inner in component.items(component.types[outer].exports) {
                if case .component(let id) = inner.entity { return (inner.name, id) }
            }
        }
        return nil
    }

    private static func stringEncoding(
        of component: Component, _ place: String
    ) throws(EncodingError) -> StringEncoding {
        let section = component.definition.customSections.first {
            component.names[$0.name] == encodingSection
        }
        guard let section else { return .utf8 }
        let bytes = component.definition.bytes[section.bytes]
        guard bytes.count == 2, bytes.first == formatVersion, let code = bytes.last else {
            throw EncodingError("\(place) is of a format that this version of Martlet does not know.")
        }
        switch code {
        case 0: return .utf8
        case 1: return .utf16
        case 2: return .latin1UTF16
        default: throw EncodingError("\(place) asks for string encoding \(code), which does not exist.")
        }
    }
}
