/// Makes request ids, one maker per event loop: 15 characters of 5 random bits each at the start, then
/// counting.
///
/// Fifteen bytes are what a Swift string holds without an allocation.
struct RequestID {
    private let prefix: UInt64
    private var counter: UInt64

    init() {
        prefix = UInt64.random(in: 0..<(1 << 40))
        counter = UInt64.random(in: 0..<(1 << 20))
    }

    mutating func next() -> String {
        counter &+= 1
        let (prefix, counter) = (prefix, counter)
        return unsafe String(unsafeUninitializedCapacity: 15) { bytes in
            // Eight characters of the prefix, seven of the counter: 2^35 requests before one comes again.
            for index in 0..<8 { unsafe bytes[index] = Self.letter(prefix >> UInt64(35 - 5 * index)) }
            for index in 0..<7 { unsafe bytes[8 + index] = Self.letter(counter >> UInt64(30 - 5 * index)) }
            return 15
        }
    }

    private static func letter(_ bits: UInt64) -> UInt8 {
        let value = UInt8(bits & 31)
        return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// Whether a client's id may be used in logs and responses as it is.
    static func isValid(_ id: String) -> Bool {
        let count = id.utf8.count
        return count >= 1 && count <= 64
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: "."), UInt8(ascii: ":"):
                    true
                default:
                    false
                }
            }
    }
}
