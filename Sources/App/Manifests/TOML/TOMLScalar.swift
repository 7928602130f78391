/// Booleans, numbers and dates of TOML 1.0, from their text.
enum TOMLScalar {
    /// The value of `text`, or `nil` when it is none.
    static func value(_ text: String) -> TOMLNode.Value? {
        switch text {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "inf", "+inf": return .float(.infinity)
        case "-inf": return .float(-.infinity)
        case "nan", "+nan", "-nan": return .float(.nan)
        default: break
        }
        if let integer = integer(text) { return .integer(integer) }
        if let float = float(text) { return .float(float) }
        return isDateOrTime(text) ? .date : nil
    }

    private static func integer(_ text: String) -> Int? {
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
            return digits(text.dropFirst(2)) { $0.isASCIIHexDigit }.flatMap { Int($0, radix: radix) }
        }
        return decimal(text[...]).flatMap { Int($0) }
    }

    /// An optional sign and digits without needless zeros, underscores removed.
    private static func decimal(_ text: Substring) -> String? {
        let sign = text.first == "-" || text.first == "+" ? String(text.prefix(1)) : ""
        guard let digits = digits(text.dropFirst(sign.count), where: \.isASCIIDigit),
            digits.count == 1 || digits.first != "0"
        else { return nil }
        return sign + digits
    }

    /// Digits with single underscores between them, which are removed.
    private static func digits(_ text: Substring, where isDigit: (Unicode.Scalar) -> Bool) -> String? {
        let groups = text.unicodeScalars.split(separator: "_", omittingEmptySubsequences: false)
        guard groups.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }) else { return nil }
        return groups.map { String($0) }.joined()
    }

    private static func float(_ text: String) -> Double? {
        let exponentAt = text.firstIndex { $0 == "e" || $0 == "E" }
        let mantissa = text[..<(exponentAt ?? text.endIndex)]
        var written = ""
        if let dot = mantissa.firstIndex(of: ".") {
            guard let whole = decimal(mantissa[..<dot]),
                let fraction = digits(mantissa[mantissa.index(after: dot)...], where: \.isASCIIDigit)
            else { return nil }
            written = whole + "." + fraction
        } else {
            guard exponentAt != nil, let whole = decimal(mantissa) else { return nil }
            written = whole
        }
        if let exponentAt {
            let exponent = text[text.index(after: exponentAt)...]
            let sign = exponent.first == "-" || exponent.first == "+" ? String(exponent.prefix(1)) : ""
            guard let digits = digits(exponent.dropFirst(sign.count), where: \.isASCIIDigit) else {
                return nil
            }
            written += "e" + sign + digits
        }
        return Double(written)
    }

    private static func isDateOrTime(_ text: String) -> Bool {
        guard let separator = text.firstIndex(where: { "Tt ".contains($0) }) else {
            return isDate(text[...]) || isTime(text[...])
        }
        let rest = text[text.index(after: separator)...]
        guard isDate(text[..<separator]) else { return false }
        if rest.hasSuffix("Z") || rest.hasSuffix("z") { return isTime(rest.dropLast()) }
        let offsetAt = rest.firstIndex { $0 == "+" || $0 == "-" }
        guard let offsetAt else { return isTime(rest) }
        let offset = numbers(rest[rest.index(after: offsetAt)...], separator: ":", widths: [2, 2])
        guard let offset, offset[0] <= 23, offset[1] <= 59 else { return false }
        return isTime(rest[..<offsetAt])
    }

    private static func isDate(_ text: Substring) -> Bool {
        guard let parts = numbers(text, separator: "-", widths: [4, 2, 2]) else { return false }
        let (year, month, day) = (parts[0], parts[1], parts[2])
        guard (1...12).contains(month) else { return false }
        let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[month - 1]).contains(day)
    }

    private static func isTime(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let time = numbers(parts[0], separator: ":", widths: [2, 2, 2]) else {
            return false
        }
        if parts.count == 2, parts[1].isEmpty || !parts[1].unicodeScalars.allSatisfy(\.isASCIIDigit) {
            return false
        }
        return time[0] <= 23 && time[1] <= 59 && time[2] <= 60
    }

    /// Decimal numbers of exactly these widths.
    private static func numbers(_ text: Substring, separator: Character, widths: [Int]) -> [Int]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.count == widths.count,
            zip(parts, widths).allSatisfy({
                $0.utf8.count == $1 && $0.unicodeScalars.allSatisfy(\.isASCIIDigit)
            })
        else { return nil }
        return parts.compactMap { Int($0) }
    }
}
