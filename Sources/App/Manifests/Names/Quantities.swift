/// Reads sizes and times as people write them.
public enum Quantities {
    /// "64MiB", "512 KiB", "1GiB", "100B"; `nil` when it is none of them or too large.
    public static func bytes(_ text: String) -> Int? {
        scaled(text, units: ["B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30])
    }

    /// "250ms", "10s", "5m", "1h"; `nil` when it is none of them or over a year.
    public static func duration(_ text: String) -> Duration? {
        guard let milliseconds = scaled(text, units: ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000]),
            milliseconds <= 366 * 24 * 3_600_000
        else { return nil }
        return .milliseconds(milliseconds)
    }

    private static func scaled(_ text: String, units: [String: Int]) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard let number = Int(digits), let factor = units[String(unit)] else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }
}
