/// A value type as written: a primitive, or an index of the type index space around it.
public enum ValueTypeReference: Sendable, Hashable {
    case primitive(PrimitiveType)
    case index(UInt32)
}

/// A label with an optional type: a record field, variant case, parameter, flag or enum case.
package struct LabeledType: Sendable {
    package var name: NameID
    package var type: ValueTypeReference?
}

/// A type as written (Binary.md, type definitions). Indices are of the scope around the definition.
package enum TypeDefinition: Sendable {
    case primitive(PrimitiveType)
    case record(PoolRange)
    case variant(PoolRange)
    case list(ValueTypeReference)
    case fixedLengthList(ValueTypeReference, UInt32)
    case map(ValueTypeReference, ValueTypeReference)
    case tuple(PoolRange)
    case flags(PoolRange)
    case enumeration(PoolRange)
    case option(ValueTypeReference)
    case result(ok: ValueTypeReference?, error: ValueTypeReference?)
    case own(UInt32)
    case borrow(UInt32)
    case stream(ValueTypeReference?)
    case future(ValueTypeReference?)
    case function(isAsync: Bool, parameters: PoolRange, result: ValueTypeReference?)
    case component(PoolRange)
    case instance(PoolRange)
    case resource(representation: CoreValueType, destructor: UInt32?)
}

/// A core type as written in a component: a group of types, or the type of a module.
package enum CoreTypeDefinition: Sendable {
    case group(CoreRecursionGroup)
    case module(PoolRange)
}

/// One declaration in a core module type.
package struct ModuleTypeDeclaration: Sendable {
    package enum Kind: Sendable {
        case type(CoreRecursionGroup)
        case outerAlias(count: UInt32, index: UInt32)
        case importItem(module: NameID, name: NameID, type: CoreEntityType)
        case export(name: NameID, type: CoreEntityType)
    }

    package var kind: Kind
    package var offset: UInt32
}

/// The bound of an imported or exported type.
package enum TypeBound: Sendable {
    case equal(UInt32)
    case subResource
}

/// The type of an import, of an export declaration, or the one ascribed to an export.
package enum ExternTypeReference: Sendable {
    case module(UInt32)
    case function(UInt32)
    case value(ValueTypeReference)
    case equalValue(UInt32)
    case type(TypeBound)
    case component(UInt32)
    case instance(UInt32)
}

/// A name of an import or export with its attributes.
package struct ExternNameReference: Sendable {
    package var name: NameID
    package var implements: NameID?
    package var versionSuffix: NameID?
    package var externalID: NameID?
}

/// One declaration in a component type or an instance type.
package struct TypeDeclaration: Sendable {
    package enum Kind: Sendable {
        case coreType(Int)
        case type(Int)
        case alias(AliasDefinition)
        case importItem(ExternNameReference, ExternTypeReference)
        case export(ExternNameReference, ExternTypeReference)
    }

    package var kind: Kind
    package var offset: UInt32
}
