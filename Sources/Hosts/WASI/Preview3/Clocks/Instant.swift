import ComponentModel
import HostSystem

/// `wasi:clocks/system-clock`'s `instant`.
struct Instant: CanonicalRecord, Equatable {
    var seconds: Int64
    var nanoseconds: UInt32

    /// A time of the core: nanoseconds since 1970.
    init(nanoseconds: UInt64) {
        seconds = Int64(nanoseconds / 1_000_000_000)
        self.nanoseconds = UInt32(nanoseconds % 1_000_000_000)
    }

    /// The core's form; nil for what does not fit there, like a time before 1970.
    var hostTime: UInt64? {
        guard let seconds = UInt64(exactly: seconds), nanoseconds < 1_000_000_000 else { return nil }
        let (base, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (time, isOverflow) = base.addingReportingOverflow(UInt64(nanoseconds))
        return isTooLarge || isOverflow ? nil : time
    }

    static let fieldNames = ["seconds", "nanoseconds"]
    init(_ fields: CanonicalTuple<Int64, UInt32>) { (seconds, nanoseconds) = fields.elements }
    var fields: CanonicalTuple<Int64, UInt32> { CanonicalTuple(seconds, nanoseconds) }
}
