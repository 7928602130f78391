/// A reference to an object that lives longer than whoever holds this, so that nobody counts: a call of a guest comes by
/// here dozens of times, and counting would be most of its cost.
///
/// Only for what owns the holder: the store its component, the component its memories and the calls that it runs.
@usableFromInline
@safe
struct Uncounted<Object: AnyObject> {
    private let reference: Unmanaged<Object>

    init(_ owner: Object) { unsafe reference = Unmanaged.passUnretained(owner) }

    @usableFromInline
    var object: Object { unsafe reference.takeUnretainedValue() }

    /// Whether it is this object.
    func isSame(as other: Object?) -> Bool {
        guard let other else { return false }
        return unsafe reference.toOpaque() == Unmanaged.passUnretained(other).toOpaque()
    }

    /// Uses the object without counting.
    @inline(__always)
    func with<Result, Failure: Error>(
        _ body: (Object) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // The standard library's function does not carry typed errors.
        let outcome: Swift.Result<Result, Failure> = unsafe reference._withUnsafeGuaranteedRef { object in
            do throws(Failure) { return .success(try body(object)) } catch { return .failure(error) }
        }
        switch outcome {
        case .success(let result): return result
        case .failure(let error): throw error
        }
    }
}

extension Uncounted: Sendable where Object: Sendable {}
