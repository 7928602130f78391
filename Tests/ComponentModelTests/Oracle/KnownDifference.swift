import WasmEngine

@testable import ComponentModel

/// The ways in which our verdict on a component may differ from the engine's, each with its reason.
///
/// A difference is of a class only when the component itself shows the reason; the engine's sentence alone does not do.
enum KnownDifference: String, CaseIterable {
    /// The engine validates the code of core modules; here it is told apart and asked for exactly that.
    case moduleCode = "code of a core module, which is the engine's to validate"
    /// The specification compares names without regard to case only; the engine drops hyphens too.
    case hyphens = "two names that differ in hyphens only"
    /// Binary.md has the immediate; the engine of this version wants zero.
    case cancellable = "the `cancellable` immediate"
    /// Binary.md limits a value to 2^28 bytes; the engine does not.
    case valueSize = "a value of 2^28 bytes or more"
    /// The engine does not implement it at the outermost level.
    case componentImport = "an outermost import of a component"
    /// The engine does not implement it at the outermost level.
    case componentExport = "an outermost export of a component"
    /// The engine does not implement it at the outermost level.
    case functionReexport = "an outermost export of an imported function"
    /// The engine does not implement them where it has to describe them to a host.
    case typeExport = "a named component, instance or function type"

    /// The class of a difference; nil when it is none of these.
    static func of(_ verdicts: Verdicts, judge: ComponentJudge) -> KnownDifference? {
        switch (verdicts.ours, verdicts.refusal) {
        case (.failure(let error), nil):
            return error.code == .limitExceeded
                && error.message.contains("\(ComponentLimits().valueSize) bytes")
                ? .valueSize : nil
        case (.success(let component), let refusal?):
            return allCases.first { $0.explains(refusal, component, judge) }
        default: return nil
        }
    }

    private func explains(_ refusal: String, _ component: Component, _ judge: ComponentJudge) -> Bool {
        switch self {
        case .moduleCode:
            component.definition.moduleRanges.contains {
                judge.refusal(ofModule: component.definition.bytes[$0]) != nil
            }
        case .hyphens: Self.namesOnlyHyphensTellApart(refusal)
        case .cancellable: Self.hasCancellable(component) && refusal.contains("cancellable")
        case .valueSize: false
        case .componentImport:
            refusal.contains("root-level component imports are not supported")
                && component.imports.contains { $0.entity.sort == .component }
        case .componentExport:
            refusal.contains("exporting a component from the root component is not supported")
                && component.exports.contains { $0.entity.sort == .component }
        case .functionReexport:
            refusal.contains("is a reexport of an imported function which is not implemented")
                && component.imports.contains { $0.entity.sort == .function || $0.entity.sort == .instance }
                && component.exports.contains { $0.entity.sort == .function || $0.entity.sort == .instance }
        case .typeExport: refusal.contains("unsupported type export") && Self.mentionsScopeType(component)
        }
    }

    /// Whether the engine complains of two names that are equal without their hyphens, and only then.
    private static func namesOnlyHyphensTellApart(_ refusal: String) -> Bool {
        guard let match = refusal.firstMatch(of: /`([^`]*)` conflicts with previous name `([^`]*)`/) else {
            return false
        }
        let (one, other) = (match.1.lowercased(), match.2.lowercased())
        return one != other && one.filter { $0 != "-" } == other.filter { $0 != "-" }
    }

    private static func hasCancellable(_ component: Component) -> Bool {
        component.definition.scopes.contains { scope in
            scope.definitions.contains { definition in
                guard case .canonical(let canonical) = definition.kind else { return false }
                return switch canonical {
                case .waitableSetWait(let isCancellable, _), .waitableSetPoll(let isCancellable, _),
                    .thread(_, let isCancellable):
                    isCancellable
                default: false
                }
            }
        }
    }

    /// Whether a component or instance type somewhere names a type that is no value type and no resource.
    private static func mentionsScopeType(_ component: Component) -> Bool {
        let types = component.types
        let entities =
            types.instances.flatMap(\.exports.entities)
            + types.components.flatMap { $0.imports.entities + $0.exports.entities }
            + (component.imports + component.exports).map(\.entity)
        return entities.contains { entity in
            switch entity {
            case .type(_, .component), .type(_, .instance), .type(_, .function): true
            default: false
            }
        }
    }
}
