#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The time of day, without Foundation.
enum WallClock {
    /// Nanoseconds since 1970-01-01 UTC.
    static func now() -> Int64 {
        var time = timespec()
        // Cannot fail for this clock and a valid address.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    struct Calendar: Equatable {
        var year: Int
        var month: Int
        var day: Int
        /// 0 is Sunday.
        var weekday: Int
        var hour: Int
        var minute: Int
        var second: Int

        /// The proleptic Gregorian calendar in UTC. Years start in March here, so that the leap day comes
        /// last; an era is 400 years, 146,097 days.
        init(secondsSince1970 seconds: Int64) {
            let days = Int((seconds >= 0 ? seconds : seconds - 86_399) / 86_400)
            let ofDay = Int(seconds) - days * 86_400
            hour = ofDay / 3600
            minute = ofDay / 60 % 60
            second = ofDay % 60
            weekday = ((days + 4) % 7 + 7) % 7
            let sinceMarch = days + 719_468
            let era = (sinceMarch >= 0 ? sinceMarch : sinceMarch - 146_096) / 146_097
            let dayOfEra = sinceMarch - era * 146_097
            let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
            let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
            let shifted = (5 * dayOfYear + 2) / 153
            day = dayOfYear - (153 * shifted + 2) / 5 + 1
            month = shifted < 10 ? shifted + 3 : shifted - 9
            year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        }
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// IMF-fixdate (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func httpDate(secondsSince1970 seconds: Int64) -> String {
        let date = Calendar(secondsSince1970: seconds)
        let time = "\(padded(date.hour)):\(padded(date.minute)):\(padded(date.second))"
        return
            "\(weekdays[date.weekday]), \(padded(date.day)) \(months[date.month - 1]) \(date.year) \(time) GMT"
    }

    /// RFC 3339 with milliseconds: `1994-11-06T08:49:37.000Z`.
    static func timestamp(nanosecondsSince1970 nanoseconds: Int64) -> String {
        let date = Calendar(secondsSince1970: nanoseconds / 1_000_000_000)
        let milliseconds = Int(nanoseconds / 1_000_000 % 1000)
        let padding = milliseconds < 10 ? "00" : milliseconds < 100 ? "0" : ""
        return "\(date.year)-\(padded(date.month))-\(padded(date.day))T"
            + "\(padded(date.hour)):\(padded(date.minute)):\(padded(date.second)).\(padding)\(milliseconds)Z"
    }

    private static func padded(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
