import ComponentModel
import TestSupport

@testable import ComponentEncoding

/// What the fuzzer does with its bytes here, by the name of the target. A test runs the same over committed inputs.
enum EncodingFuzzing {
    static let targets: [String: @Sendable ([UInt8]) -> String?] = ["encode": encode]

    /// Encodes a module and looks at what comes out. The first byte says what the others are.
    @Sendable static func encode(_ bytes: [UInt8]) -> String? {
        var input = FuzzInput(bytes)
        let choice = input.byte()
        var encoder = ComponentEncoder()
        encoder.growsMemoryForAdapters = choice & 0x80 != 0
        if choice & 0x40 != 0 { encoder.nativeModules = ["wasi_snapshot_preview1"] }
        switch choice & 3 {
        case 0: return problem(of: input.bytes(.max), encoder)
        case 1: return adapted(&input, encoder)
        default: return described(&input, choice, encoder)
        }
    }

    /// A module and an adapter for what it imports.
    private static func adapted(_ input: inout FuzzInput, _ encoder: ComponentEncoder) -> String? {
        let main = input.bytes(Int(input.byte()) << 4)
        guard let adapter = try? CoreModule(input.bytes(.max)) else { return nil }
        var encoder = encoder
        encoder.adapters = [ComponentEncoder.Adapter(name: "wasi_snapshot_preview1", module: adapter)]
        return problem(of: main, encoder)
    }

    /// A world's description, and a module that has everything the world asks for: encoded, it is a component.
    private static func described(
        _ input: inout FuzzInput, _ choice: UInt8, _ encoder: ComponentEncoder
    ) -> String? {
        let description = input.bytes(.max)
        guard let embedded = try? EmbeddedWorld(section: "component-type", description[...]) else {
            return nil
        }
        let world = embedded.world
        _ = world.wit
        var module = DummyModule(world, DummyModule.Style.allCases[Int(choice >> 2) % 3])
        module.customSections = [("component-type", description)]
        return problem(of: module.bytes, encoder, isHostile: false)
    }

    /// Neither a module nor something to encode: both are answers.
    private static func problem(of module: [UInt8], _ encoder: ComponentEncoder, isHostile: Bool = true)
        -> String?
    {
        guard let module = try? CoreModule(module), let encoded = try? encoder.encode(module) else {
            return nil
        }
        do throws(ComponentModelError) {
            _ = try Component(encoded, features: .all)
            return nil
        } catch {
            // Imports and bodies that are wrong in themselves are refused here and not before.
            return isHostile ? nil : "what was encoded is no component: \(error)"
        }
    }
}
