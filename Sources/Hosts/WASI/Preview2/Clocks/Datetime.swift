import ComponentModel
import HostSystem

/// `wasi:clocks/wall-clock`'s `datetime`.
struct Datetime: CanonicalRecord, Equatable {
    var seconds: UInt64
    var nanoseconds: UInt32

    /// A time of the core: nanoseconds since 1970.
    init(nanoseconds: UInt64) {
        seconds = nanoseconds / 1_000_000_000
        self.nanoseconds = UInt32(nanoseconds % 1_000_000_000)
    }

    /// The core's form; nil for what does not fit there.
    var hostTime: UInt64? {
        let (base, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (time, isOverflow) = base.addingReportingOverflow(UInt64(nanoseconds))
        return isTooLarge || isOverflow || nanoseconds >= 1_000_000_000 ? nil : time
    }

    static let fieldNames = ["seconds", "nanoseconds"]
    init(_ fields: CanonicalTuple<UInt64, UInt32>) { (seconds, nanoseconds) = fields.elements }
    var fields: CanonicalTuple<UInt64, UInt32> { CanonicalTuple(seconds, nanoseconds) }
}

/// `wasi:clocks/timezone`'s `timezone-display`.
struct TimezoneDisplay: CanonicalRecord {
    var utcOffset: Int32
    var name: String
    var isInDaylightSavingTime: Bool

    /// Where every guest is.
    static let utc = TimezoneDisplay(CanonicalTuple(0, "UTC", false))

    static let fieldNames = ["utc-offset", "name", "in-daylight-saving-time"]
    init(_ fields: CanonicalTuple<Int32, String, Bool>) {
        (utcOffset, name, isInDaylightSavingTime) = fields.elements
    }
    var fields: CanonicalTuple<Int32, String, Bool> {
        CanonicalTuple(utcOffset, name, isInDaylightSavingTime)
    }
}
