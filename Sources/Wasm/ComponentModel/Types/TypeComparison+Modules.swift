/// Core modules of components that were loaded apart: one may export more and import less than is wanted.
///
/// Types that refer to other core types are not compared: their numbers mean something in one binary only.
extension TypeComparison {
    func check(_ left: ModuleTypeID, _ right: ModuleTypeID) throws(Mismatch) {
        let given = actual.types[left]
        let asked = wanted.types[right]
        for (name, type) in given.imports {
            let title = "\(actual.names[name.module])::\(actual.names[name.name])"
            let offered = asked.imports.first {
                wanted.names[$0.name.module] == actual.names[name.module]
                    && wanted.names[$0.name.name] == actual.names[name.name]
            }
            guard let offered else {
                throw Mismatch(
                    path: [], message: "the module imports \(title), which is not in the wanted type")
            }
            guard Self.matches(offered.type, wanted, type, actual) else {
                throw Mismatch(path: [], message: "the module imports \(title) with another type")
            }
        }
        for (name, type) in asked.exports.entries {
            let title = wanted.names[name]
            guard let known = actual.names.find(title), let export = given.exports[known] else {
                throw Mismatch(path: [], message: "the module does not export \(title)")
            }
            guard Self.matches(export, actual, type, wanted) else {
                throw Mismatch(path: [], message: "the module exports \(title) with another type")
            }
        }
    }

    /// Whether an item of one component can stand where one of the other is expected.
    private static func matches(
        _ left: CoreEntityType, _ own: Component, _ right: CoreEntityType, _ other: Component
    ) -> Bool {
        switch (left, right) {
        case (.function(let left), .function(let right)), (.exactFunction(let left), .function(let right)),
            (.exactFunction(let left), .exactFunction(let right)), (.tag(let left), .tag(let right)):
            guard let left = plainSignature(left, own), let right = plainSignature(right, other) else {
                return false
            }
            return left == right
        case (.table(let left), .table(let right)):
            return left.element == right.element && !left.element.isConcrete
                && left.limits.isShared == right.limits.isShared && left.limits.is64 == right.limits.is64
                && left.limits.fits(right.limits)
        case (.memory(let left), .memory(let right)):
            return left.limits.isShared == right.limits.isShared && left.limits.is64 == right.limits.is64
                && left.pageSizeLog2 == right.pageSizeLog2 && left.limits.fits(right.limits)
        case (.global(let left), .global(let right)): return left == right && !left.content.isConcrete
        default: return false
        }
    }

    /// The signature of a function type that says all there is to say about it.
    private static func plainSignature(_ index: UInt32, _ component: Component) -> CoreSignature? {
        let type = component.types.core[CoreTypeID(index: index)]
        guard type.kind == .function, type.isFinal, !type.isShared, type.supertype == nil else { return nil }
        let signature = component.coreSignature(CoreTypeID(index: index))
        let isPlain = (signature.parameters + signature.results).allSatisfy { !$0.isConcrete }
        return isPlain ? signature : nil
    }
}
