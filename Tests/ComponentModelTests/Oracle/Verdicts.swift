import WasmEngine

@testable import ComponentModel

/// Two opinions of one component: ours and the engine's.
struct Verdicts {
    let bytes: [UInt8]
    let ours: Result<Component, ComponentModelError>
    /// Why the engine refuses; nil when it accepts.
    let refusal: String?

    init(_ bytes: [UInt8], features: ComponentFeatures, judge: ComponentJudge) {
        self.bytes = bytes
        ours = Result { () throws(ComponentModelError) in try Component(bytes, features: features) }
        refusal = judge.refusal(ofComponent: bytes)
    }

    var agree: Bool {
        switch ours {
        case .success: refusal == nil
        case .failure: refusal != nil
        }
    }

    /// Both, as a line.
    var description: String {
        let own =
            switch ours {
            case .success: "accepted"
            case .failure(let error): "refused (\(error))"
            }
        let engine = refusal.map { "refused (\($0.replacing("\n", with: " ")))" } ?? "accepted"
        return "ours: \(own); the engine's: \(engine)"
    }
}
