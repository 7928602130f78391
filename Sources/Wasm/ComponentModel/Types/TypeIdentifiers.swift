/// A resource type: unequal to every other one that was made.
public struct ResourceID: Sendable, Hashable, Comparable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Order of creation.
    public static func < (left: ResourceID, right: ResourceID) -> Bool { left.rawValue < right.rawValue }
}

/// The number of a naming of a type.
///
/// An import or export of a type gives it a new identity ("this type has a name here") although it stays equal to
/// the old one. Rules about named types look at the identity; equality does not.
package struct AliasNumber: Sendable, Hashable {
    package let rawValue: UInt32

    package static let none = AliasNumber(rawValue: .max)
}

/// A resource type under one of its namings.
public struct ResourceReference: Sendable, Hashable {
    /// The resource type.
    public var id: ResourceID
    package var alias: AliasNumber
}

/// A defined value type under one of its namings.
public struct DefinedTypeID: Sendable, Hashable {
    package var index: UInt32
    package var alias: AliasNumber

    package init(index: UInt32, alias: AliasNumber) {
        self.index = index
        self.alias = alias
    }
}

/// A function type of ``ComponentTypes``.
public struct FunctionTypeID: Sendable, Hashable {
    package let index: UInt32
}

/// An instance type of ``ComponentTypes``.
public struct InstanceTypeID: Sendable, Hashable {
    package let index: UInt32
}

/// A component type of ``ComponentTypes``.
public struct ComponentTypeID: Sendable, Hashable {
    package let index: UInt32
}

/// A core module type of ``ComponentTypes``.
public struct ModuleTypeID: Sendable, Hashable {
    package let index: UInt32
}

/// A canonical core type of ``ComponentTypes``: equal numbers mean equal types.
public struct CoreTypeID: Sendable, Hashable {
    package let index: UInt32

    package init(index: UInt32) { self.index = index }
}

/// A value type.
public enum ComponentValueType: Sendable, Hashable {
    /// A primitive type.
    case primitive(PrimitiveType)
    /// A type of ``ComponentTypes``.
    case defined(DefinedTypeID)
}

/// Anything in the type index space of a component.
public enum AnyTypeID: Sendable, Hashable {
    /// A resource type.
    case resource(ResourceReference)
    /// A defined value type.
    case defined(DefinedTypeID)
    /// A function type.
    case function(FunctionTypeID)
    /// An instance type.
    case instance(InstanceTypeID)
    /// A component type.
    case component(ComponentTypeID)

    package var name: String {
        switch self {
        case .resource: "resource"
        case .defined: "defined type"
        case .function: "func type"
        case .instance: "instance type"
        case .component: "component type"
        }
    }
}

/// The type of an import, an export, or an argument.
public enum EntityType: Sendable, Hashable {
    /// A core module.
    case module(ModuleTypeID)
    /// A function.
    case function(FunctionTypeID)
    /// A value.
    case value(ComponentValueType)
    /// A type: `referenced` is what it equals, `created` its identity under this name.
    case type(created: AnyTypeID, referenced: AnyTypeID)
    /// An instance.
    case instance(InstanceTypeID)
    /// A component.
    case component(ComponentTypeID)

    /// The sort that such an entity has.
    public var sort: ComponentSort {
        switch self {
        case .module: .coreModule
        case .function: .function
        case .value: .value
        case .type: .type
        case .instance: .instance
        case .component: .component
        }
    }
}

/// Either sort of type in the core type index space of a component.
package enum CoreAnyType: Sendable, Hashable {
    case core(CoreTypeID)
    case module(ModuleTypeID)
}
